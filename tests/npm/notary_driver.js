// Drives @shareandcharge/ocn-notary: one JSON command a line in, one JSON answer a line out, in order.
//   {"do":"sign","values":V,"key":"0x..","rewrites":[{"stash":S,"values":V,"key":"0x.."}]}
//       -> {"signature":"base64","fields":[..],"hash":"0x..","rsv":"0x..","signatory":"0x.."}
//   {"do":"verify","values":V,"signature":"base64"} -> {"isValid":true|false,"error":"..."}
// V and S ({path: old value}) are JSON in a string: parsed here, as a party's back end would parse what it received.
const readline = require("readline");
const loaded = require("@shareandcharge/ocn-notary");
const Notary = loaded.default || loaded;

async function answer(command) {
  const values = JSON.parse(command.values);
  if (command.do === "verify") {
    const notary = await Notary.deserialize(command.signature);
    return notary.verify(values);
  }
  let notary = new Notary();
  await notary.sign(values, command.key);
  for (const step of command.rewrites || []) {
    notary.stash(JSON.parse(step.stash));
    await notary.sign(JSON.parse(step.values), step.key);
  }
  const { fields, hash, rsv, signatory } = notary;
  return { signature: await notary.serialize(), fields, hash, rsv, signatory };
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let result;
    try {
      result = await answer(JSON.parse(line));
    } catch (error) {
      result = { thrown: String((error && error.message) || error) };
    }
    process.stdout.write(JSON.stringify(result) + "\n");
  }
}

main();
