/** Program of the lab: serves the paths of a JSON file at 169.254.169.254:80, in the network namespace it is started in. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const pages = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Record<string, string>;

createServer((request, response) => {
  const body = pages[request.url ?? ""];
  response.writeHead(body === undefined ? 404 : 200, { "content-type": "text/plain" });
  response.end(body ?? "<html>404</html>");
}).listen(80, "169.254.169.254");
