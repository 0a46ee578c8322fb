import { expect, test } from "vitest";
import { application, planFor, trace } from "./traces.ts";
import { directory, tree } from "./tree.ts";

const files = tree({
	"/usr/share/doc/shop": directory(),
	"/usr/share/doc/shop/index": "content",
	"/usr/share/doc/shopping/index": "content",
	"/usr/share/man/man1/ls.1": "a page",
	"/etc/shop.conf": "root /usr/share/doc/shop;\n",
	"/etc/other.conf": "# See /usr/share/doc/shop/README and /usr/share/doc/shopp.\n",
});

const did = {
	"/usr/share/doc/shop": "list",
	"/usr/share/doc/shop/index": "look",
	"/usr/share/doc/shopping/index": "look",
	"/usr/share/man/man1/ls.1": "look",
};

const documents = (values: object, more = {}) => {
	const plan = planFor(files, trace({ ...did, ...more }), { application: { ...application, ...values } });
	return plan.entries.map(({ path }) => path).filter((path) => /index$|\.1$/.test(path));
};

test.each([
	["by a word", { command: ["/usr/bin/app", "/usr/share/doc/shop"] }, {}],
	["by an option's value", { command: ["/usr/bin/app", "--directory=/usr/share/doc/shop/"] }, {}],
	["relative to the working directory", { command: ["/usr/bin/app", "doc/shop"], cwd: "/usr/share" }, {}],
	["as the working directory", { command: ["/usr/bin/app"], cwd: "/usr/share/doc/shop" }, {}],
	["by a variable", { command: ["/usr/bin/app"], env: { ROOT: "/usr/share/doc/shop" } }, {}],
	["by a configuration file", { command: ["/usr/bin/app"] }, { "/etc/shop.conf": "read" }],
])("documentation that is named %s is content", (_, values, more) => {
	expect(documents(values, more)).toEqual(["/usr/share/doc/shop/index"]);
});

test("all documentation can be named", () => {
	const both = ["/usr/share/doc/shop/index", "/usr/share/doc/shopping/index"];
	expect(documents({ command: ["/usr/bin/app", "--root", "/usr/share/doc"] })).toEqual(both);
});

test("documentation that the application only meets stays out", () => {
	expect(documents({ command: ["/usr/bin/app", "/usr/share/doc/sho"] })).toEqual([]);
	expect(documents({ command: ["/usr/bin/app"] }, { "/etc/other.conf": "read" })).toEqual([]);
	expect(documents({ command: ["/usr/bin/app", "--name", "shop"] })).toEqual([]);
});
