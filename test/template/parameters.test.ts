// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of templates
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { mergeTemplate } from "../../src/template/merge.ts";
import { fillShellLine, sampleValues, valueProblem } from "../../src/template/parameters.ts";
import { smallest, template } from "./corpus.ts";

const title = { en: "a", de: "a" };

describe("a parameter's value", () => {
	it("must be of its kind", () => {
		for (const [kind, sample] of Object.entries(sampleValues)) {
			expect(valueProblem(kind as keyof typeof sampleValues, sample)).toBeUndefined();
		}
		for (const bad of ["", "0", "080", "65536", "80\n", "-1", "8e1"]) expect(valueProblem("port", bad), bad).toBe("bad-value");
		for (const bad of ["etc", "/a b", "/a'b", "/a$b", "/a*b", "/a\nb", "/%i"])
			expect(valueProblem("path", bad), bad).toBe("bad-value");
		for (const bad of ["$(id)", "a;b", "a`b", "a'b", 'a"b', "%n", "a\\b", "~root"])
			expect(valueProblem("text", bad), bad).toBe("bad-value");
		expect(valueProblem("path", "/a/../b")).toBe("parent-component");
	});

	it("is one word for the shell, wherever it is inserted", () => {
		const line = `printf '%s|' \${text} "\${text}" '\${text}' "a \${text} b" x\${text}y "it's" \${text} \\' \${text} 'a"b' \${text}`;
		const filled = fillShellLine(line, { text: "GET / HTTP/1.0" });
		const said = execFileSync("sh", ["-c", filled], { encoding: "utf8" });
		const all = "GET / HTTP/1.0";
		expect(said.split("|").slice(0, -1)).toEqual([all, all, all, `a ${all} b`, `x${all}y`, "it's", all, "'", all, 'a"b', all]);
	});
});

describe("a template with parameters", () => {
	const base = template({
		...smallest,
		parameters: { folder: { title, kind: "path" }, port: { title, kind: "port", default: "80" } },
		application: {
			command: ["/usr/bin/app", "-h", "${folder}", "-p${port}"],
			env: { PORT: "${port}", HOME: "${HOME}" },
			probes: ["curl http://localhost:${port}/ $HOME ${HOME}"],
			directories: ["/run/app:0755"],
		},
		rules: { binds: [{ path: "${folder}", access: "ro" }] },
	});

	it("is filled in with given values and defaults", () => {
		expect(mergeTemplate(base, {}, { parameters: { folder: "/srv/my,site" } })).toMatchObject({
			application: {
				command: ["/usr/bin/app", "-h", "/srv/my,site", "-p80"],
				env: { PORT: "80", HOME: "${HOME}" },
				probes: ["curl http://localhost:80/ $HOME ${HOME}"],
			},
			rules: { binds: [{ path: "/srv/my,site", access: "ro" }] },
		});
	});

	it("reports a missing, unknown or invalid value", () => {
		const error = (parameters: Record<string, string>) => mergeTemplate(base, {}, { parameters });
		expect(error({})).toEqual({ error: { code: "parameter-needed", name: "folder" } });
		expect(error({ folder: "/srv/x", user: "y" })).toEqual({ error: { code: "parameter-unknown", name: "user" } });
		expect(error({ folder: "srv" })).toEqual({
			error: { code: "parameter-invalid", name: "folder", value: "srv", kind: "path" },
		});
	});

	it("does not ask for values that the answers replace", () => {
		const only = template({
			...smallest,
			parameters: { program: { title, kind: "program" } },
			application: { command: ["${program}"] },
		});
		expect(mergeTemplate(only)).toHaveProperty("error");
		expect(mergeTemplate(only, { command: ["/bin/x"] })).toMatchObject({ application: { command: ["/bin/x"] } });
	});

	it("refuses a value that is dangerous in its place", () => {
		for (const folder of ["/", "/etc", "/home/", "//var"]) {
			expect(mergeTemplate(base, {}, { parameters: { folder } }), folder).toEqual({
				error: { code: "parameter-refused", place: "/rules/binds/0/path", problem: "too-broad" },
			});
		}
	});
});

describe("an alternative", () => {
	const base = template({
		...smallest,
		rules: { include: ["/etc/app/**"], exclude: ["/etc/app/doc/**"] },
		alternatives: [
			{
				systems: ["fedora", "rhel"],
				tried: false,
				application: { command: ["/usr/sbin/appd"] },
				rules: { include: ["/etc/appd/**"] },
			},
			{ systems: ["alpine"], tried: true, application: { user: "app" } },
		],
	});

	it("replaces what it names, on its own system", () => {
		expect(mergeTemplate(base, {}, { systems: ["rocky", "rhel", "centos", "fedora"] })).toMatchObject({
			application: { command: ["/usr/sbin/appd"] },
			rules: { include: ["/etc/appd/**"], exclude: ["/etc/app/doc/**"] },
			alternative: { tried: false },
		});
		expect(mergeTemplate(base, {}, { systems: ["alpine"] })).toMatchObject({
			application: { command: ["/usr/bin/app"], user: "app" },
			alternative: { tried: true },
		});
		expect(mergeTemplate(base, {}, { systems: ["debian"] })).not.toHaveProperty("alternative");
	});
});
