/** The tests run inside this Worker; it serves nothing itself. */
export default {
  fetch: (): Response => new Response(null, { status: 404 }),
};
