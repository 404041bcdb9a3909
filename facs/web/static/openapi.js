/** The interface for programs, from its own description. */

import { $, make, tellProblem } from "./dom.js";

function operation(path, method, about) {
  const title = make("h2", {}, make("code", {}, `${method.toUpperCase()} ${path}`));
  const parts = [title, make("p", {}, make("strong", {}, about.summary), " ", about.description ?? "")];
  if (about.parameters?.length) parts.push(list("Parameters", about.parameters.map(parameter)));
  if (about.requestBody) parts.push(list("Body", Object.entries(about.requestBody.content).map(content)));
  parts.push(list("Answers", Object.entries(about.responses).map(answer)));
  return make("section", { class: "operation" }, ...parts);
}

function list(name, items) {
  const entries = items.map((item) => make("li", {}, ...item));
  return make("div", {}, make("h3", {}, name), make("ul", {}, ...entries));
}

function parameter({ name, schema, required, description }) {
  const kind = schema.enum?.join(", ") ?? schema.type ?? "";
  const words = [kind, required ? "" : "optional", description ?? ""].filter(Boolean).join("; ");
  return [make("code", {}, name), ` ${words}`];
}

function content([kind, { schema }]) {
  return [make("code", {}, kind), ` ${nameOf(schema) || Object.keys(schema?.properties ?? {}).join(", ")}`];
}

function answer([code, { description, content: kinds }]) {
  const words = Object.entries(kinds ?? {}).map(([kind, { schema }]) => nameOf(schema) || kind);
  return [make("code", {}, code), ` ${description}${words.length ? `: ${words.join(", ")}` : ""}`];
}

const nameOf = (schema) => schema?.$ref?.split("/").pop() ?? "";

async function start() {
  $("origin").textContent = location.origin;
  try {
    const { paths } = await (await fetch("/api/openapi.json")).json();
    const sections = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, about]) => operation(path, method, about)),
    );
    $("operations").replaceChildren(...sections);
  } catch {
    tellProblem("The server does not answer. Is facs serve still running?");
  }
}

start();
