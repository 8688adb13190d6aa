interface Course {
  name: string;
  teacher: string;
  room: string;
  day: string;
  time: string;
}

interface Message {
  subject: string;
  from: string;
  received: string;
  text: string;
}

export interface Student {
  id: string;
  name: string;
  email: string;
  programme: string;
  courses: readonly Course[];
  messages: readonly Message[];
}

const BOTANY: Course = { name: "Field Botany", teacher: "Prof. Adaeze Eze", room: "Glasshouse 2", day: "Monday", time: "09:00" };
const ATLAS: Course = { name: "Maps and Atlases", teacher: "Dr Ravi Menon", room: "Library, east wing", day: "Tuesday", time: "11:15" };
const PROOF: Course = { name: "Proofs from Scratch", teacher: "Dr Ilse Brandt", room: "M 114", day: "Wednesday", time: "08:30" };
const OPTICS: Course = { name: "Optics Laboratory", teacher: "Prof. Kenji Sato", room: "P 007", day: "Thursday", time: "14:00" };
const RHETORIC: Course = { name: "Rhetoric", teacher: "Dr Oona Walsh", room: "Old Hall", day: "Friday", time: "10:00" };

const OPEN_DAY: Message = {
  subject: "Open day on Saturday",
  from: "Registrar’s office",
  received: "Today, 08:12",
  text: "Guides are wanted for the glasshouse and the library. Tea and a scarf are provided.",
};
const LOAN: Message = {
  subject: "An atlas is due back",
  from: "Library, east wing",
  received: "Yesterday, 16:40",
  text: "“The Compact Atlas of Rivers” is due on Friday. Renew it at the desk.",
};
const GOGGLES: Message = {
  subject: "Bring your goggles",
  from: "Prof. Kenji Sato",
  received: "Monday, 11:05",
  text: "The lasers are back from repair. No goggles, no laboratory.",
};
const HARD: Message = {
  subject: '<img src=x onerror="alert(1)"> & friends',
  from: "</script><script>alert(2)</script>",
  received: "Sunday, 23:59",
  text: "‮Text of messages comes from people too. {{constructor.constructor('alert(3)')()}}",
};

export const STUDENTS: readonly Student[] = [
  {
    id: "5725767000000411001",
    name: "Amara Okafor",
    email: "amara.okafor@zylker.example",
    programme: "Plant Sciences, 2nd year",
    courses: [BOTANY, ATLAS, OPTICS, RHETORIC],
    messages: [OPEN_DAY, GOGGLES, LOAN],
  },
  {
    id: "5725767000000411002",
    name: "Jonas Lindqvist",
    email: "jonas.lindqvist@zylker.example",
    programme: "Mathematics, 1st year",
    courses: [PROOF, OPTICS, RHETORIC],
    messages: [GOGGLES, OPEN_DAY],
  },
  {
    // Names come from people: whatever shows one must show it as text.
    id: "5725767000000411003",
    name: "O'Brien <b>“Zoë”</b>, 🎓",
    email: "o'brien+<b>“zoë”</b>,🎓@zylker.example",
    programme: "History of Science, 3rd year",
    courses: [ATLAS, PROOF, RHETORIC],
    messages: [HARD, LOAN],
  },
];
