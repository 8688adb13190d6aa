import { Script } from "./script.ts";

/**
 * Reads and writes pointer lists as pointers.ts does: a damaged one counts as empty, and is replaced. They
 * are put together by hand because cjson writes an empty list as an object.
 */
const POINTERS = `
local function parse(text)
  if type(text) ~= 'string' then return {} end
  local sound, value = pcall(cjson.decode, text)
  if not sound or type(value) ~= 'table' or type(value.pointers) ~= 'table' then return {} end
  for _, pointer in pairs(value.pointers) do
    if type(pointer) ~= 'table' or type(pointer.key) ~= 'string' or type(pointer.version) ~= 'number' then return {} end
    if #pointer.key ~= 32 or pointer.key:find('[^0-9a-f]') then return {} end
    if pointer.version % 1 ~= 0 or math.abs(pointer.version) > 9007199254740991 then return {} end
  end
  return value.pointers
end

-- Nearly always true, and spares the parsing of JSON.
local function isOnly(text, key)
  return type(text) == 'string' and text:find('^{"pointers":%[{"key":"' .. key .. '","version":%d+}%]}$') ~= nil
end

local function write(name, pointers)
  local parts = {}
  for i, pointer in ipairs(pointers) do
    parts[i] = string.format('{"key":"%s","version":%.0f}', pointer.key, pointer.version)
  end
  redis.call('SET', name, '{"pointers":[' .. table.concat(parts, ',') .. ']}')
end

-- The texts at all names from one on; false where there is nothing, or nothing like text.
local function textsFrom(first)
  if first > #KEYS then return {} end
  return redis.call('MGET', unpack(KEYS, first))
end

local function add(name, text, key, version)
  if isOnly(text, key) then return end
  local pointers = parse(text)
  for _, pointer in ipairs(pointers) do
    if pointer.key == key then return end
  end
  pointers[#pointers + 1] = { key = key, version = tonumber(version) }
  write(name, pointers)
end

local function drop(name, text, key)
  local others = {}
  if not isOnly(text, key) then
    for _, pointer in ipairs(parse(text)) do
      if pointer.key ~= key then others[#others + 1] = pointer end
    end
  end
  if #others > 0 then write(name, others) else redis.call('UNLINK', name) end
end
`;

/**
 * KEYS: the record that is compared; where it moves, the one it moves to; pointers to add; pointers to drop.
 * ARGV: insert, update, move or delete; the text that must be stored; the text to store; the key in the
 * pointers to drop; key and version in those to add; how many to add.
 *
 * The record is written first: out of memory, Redis refuses the first write of a script or none. What is
 * stored already is a success: clients send a command again when they lose its answer.
 */
export const COMMIT: Script = new Script(`${POINTERS}
local operation, expected, text, old, new, version, added = unpack(ARGV)
local target = operation == 'move' and 2 or 1
local stored = redis.call('GET', KEYS[target])
if operation ~= 'delete' and stored == text then return 1 end
if operation == 'insert' or operation == 'move' then
  if stored then return 0 end
end
if operation == 'move' then stored = redis.call('GET', KEYS[1]) end
if operation ~= 'insert' and stored ~= expected then return 0 end
local texts = textsFrom(target + 1)

if operation == 'delete' then
  redis.call('UNLINK', KEYS[1])
else
  redis.call('SET', KEYS[target], text)
end
local last = target + tonumber(added)
for i = target + 1, last do add(KEYS[i], texts[i - target], new, version) end
for i = last + 1, #KEYS do drop(KEYS[i], texts[i - target], old) end
if operation == 'move' then redis.call('UNLINK', KEYS[1]) end
return 1
`);

/**
 * KEYS: the record, the pointers that must lead to it. ARGV: the text that must be stored; key and version in
 * the pointers. A record that has changed meanwhile has seen to its pointers itself.
 */
export const COMPLETE_INDEX: Script = new Script(`${POINTERS}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local texts = textsFrom(2)
for i = 2, #KEYS do add(KEYS[i], texts[i - 1], ARGV[2], ARGV[3]) end
return 1
`);

/**
 * KEYS: the pointer list, what the keys of all records begin with. Answers the list's text, then the text of
 * each record that it leads to. Whether the list is sound, the caller sees from its text.
 */
export const LOOKUP: Script = new Script(`
local text = redis.call('GET', KEYS[1])
if not text then return {} end
-- Nearly always: one pointer, for which nothing has to be parsed.
local only = #text < 100 and text:match('^{"pointers":%[{"key":"([0-9a-f]+)","version":%d+}%]}$')
if only and #only == 32 then return { text, redis.call('GET', KEYS[2] .. only) } end
${POINTERS}
local answer = { text }
for i, pointer in ipairs(parse(text)) do answer[i + 1] = redis.call('GET', KEYS[2] .. pointer.key) end
return answer
`);
