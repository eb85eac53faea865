/**
 * Runs as a short-lived child inside a network namespace: opens the listening socket there, hands it to the parent and
 * ends. So one process serves every namespace without a resident process in each.
 * Arguments: address, port.
 */
import { createServer } from "node:net";

const { send, disconnect } = process;
if (send === undefined || disconnect === undefined) throw new Error("this program is started by the neutron agent");
const tell = send.bind(process);
const leave = disconnect.bind(process);
const [address = "", port = ""] = process.argv.slice(2);
const server = createServer({ pauseOnConnect: true });

server.once("error", (error) => {
  tell({ error: error.message }, undefined, {}, () => process.exit(1));
});
server.listen({ host: address, port: Number(port), backlog: 128 }, () => {
  tell({ listening: true }, server, {}, () => {
    server.close();
    leave();
  });
});
