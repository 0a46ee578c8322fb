// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of templates
import { describe, expect, it } from "vitest";
import { escapeGlob } from "../../src/base/path/quote.ts";
import { noRules, type Rules } from "../../src/service/application.ts";
import { type MachineOfCage, templateFromCage } from "../../src/template/from-cage.ts";
import { builtinTemplates } from "../../src/template/host/sources.ts";
import { versionless } from "../../src/template/machine-words.ts";
import { mergeTemplate } from "../../src/template/merge.ts";
import { parseTemplate } from "../../src/template/parse.ts";
import { type Template, templateDifferences } from "../../src/template/template.ts";
import { smallest, template } from "./corpus.ts";

const machine: MachineOfCage = {
	placeholders: { node: "/usr/bin/node", demo: "/opt/cagewright/demo.js" },
	systems: ["debian"],
	hostNames: ["web7.example.org", "web7"],
	userName: (uid) => ({ 0: "root", 33: "www-data" })[uid],
	groupName: (gid) => ({ 33: "www-data" })[gid],
	isSame: (one) => !one.includes("perl"),
};

const application = { ...template(smallest).application, probes: ["true"] };
const rules = (more: Partial<Rules>): Rules => ({ ...noRules, ...more });

/** The template of a cage that was made with this template and these values. */
function fromMerged(name: string, origin: Template, values: Record<string, string>, merged: ReturnType<typeof mergeTemplate>) {
	if ("error" in merged) throw new Error(`${origin.name} ${merged.error.code}`);
	return templateFromCage(name, { ...merged, origin: { template: origin, values } }, machine);
}

describe("a template of a cage", () => {
	it("can be parsed, and makes the same cage with its stored values", () => {
		const cage = {
			application: {
				...application,
				command: ["/usr/bin/app", "-c", "/tmp/site-8xK2/app.conf", "--root=/home/ann/site", "/usr/bin/node"],
				user: "33:33",
				cwd: "/home/ann",
				env: { SERVER: "web7.example.org", HOME: "/root", OTHER: "web77" },
				probes: ["curl -fsS http://web7:80/ | grep -q '/tmp/site-8xK2/x'", "/usr/bin/node -e 0"],
				directories: ["/run/app:0750:33:33", "/run/b:0755:77", "/run/c"],
			},
			rules: rules({
				include: ["/usr/lib/x86_64-linux-gnu/libssl.so.3.0.2", "/usr/lib/x86_64-linux-gnu/perl/5.40", "/tmp/site-8xK2/pages"],
				exclude: ["/usr/lib/python3.13/test"],
				binds: [{ path: "/home/ann/site", access: "ro" }],
			}),
		};
		const { template: made, values } = templateFromCage("app", cage, machine);
		const homes = { home: "/home/ann", home2: "/root" };
		expect(values).toEqual({ folder: "/tmp/site-8xK2", ...homes, host: "web7.example.org", host2: "web7" });
		expect(made.application).toMatchObject({
			command: ["/usr/bin/app", "-c", "${folder}/app.conf", "--root=${home}/site", "${node}"],
			user: "www-data:www-data",
			cwd: "${home}",
			env: { SERVER: "${host}", HOME: "${home2}", OTHER: "web77" },
			probes: ["curl -fsS http://${host2}:80/ | grep -q '${folder}/x'", '"${node}" -e 0'],
			directories: ["/run/app:0750:www-data:www-data", "/run/b:0755", "/run/c"],
		});
		expect(made.rules).toEqual(
			rules({
				// perl's pattern would match more here.
				include: ["/usr/lib/*/libssl.so.3*", "/usr/lib/x86_64-linux-gnu/perl/5.40", "${folder}/pages"],
				exclude: ["/usr/lib/python*/test"],
				binds: [{ path: "${home}/site", access: "ro" }],
			}),
		);
		expect(parseTemplate(JSON.stringify(made))).toEqual({ template: made });
		const text = JSON.stringify(made);
		for (const word of ["/tmp/", "/home/", "/root", "web7.", "x86_64-linux-gnu/lib", "3.13"]) expect(text).not.toContain(word);

		const again = mergeTemplate(made, {}, { placeholders: machine.placeholders, parameters: values });
		const { directories, user } = made.application;
		expect(again).toMatchObject({ application: { ...cage.application, user, directories } });
		expect(mergeTemplate(made, {}, { placeholders: machine.placeholders })).toHaveProperty("error.code", "parameter-needed");
	});

	it("has a parameter for an account without a name", () => {
		const cage = { application: { ...application, user: "4711" }, rules: noRules };
		const { template: made, values } = templateFromCage("app", cage, machine);
		expect(made).toMatchObject({ application: { user: "${account}" }, parameters: { account: { kind: "name" } } });
		expect(values).toEqual({});
	});

	it("keeps the wording of its original template", () => {
		const title = { en: "a", de: "a" };
		const origin = template({
			...smallest,
			parameters: { port: { title, kind: "port", default: "80" }, folder: { title, kind: "path" } },
			application: {
				command: ["/usr/bin/app", "${folder}", "${port}"],
				probes: ["curl http://localhost:${port}/80"],
				env: { PORT: "${port}" },
			},
			rules: { binds: [{ path: "${folder}", access: "ro" }], include: ["${folder}/x"] },
			first: [title],
			documentation: ["app(8)"],
		});
		for (const folder of ["/srv/80", "/home/ann/80"]) {
			const given = { port: "8080", folder };
			const merged = mergeTemplate(origin, { rules: { exclude: ["/usr/share/doc"] } }, { parameters: given });
			const { template: made, values } = fromMerged("mine", origin, given, merged);
			const isPrivate = folder.startsWith("/home");
			const parameters = {
				port: { title, kind: "port", default: "8080" },
				folder: { title, kind: "path", ...(isPrivate ? {} : { default: folder }) },
			};
			const rules = { ...origin.rules, exclude: ["/usr/share/doc"] };
			expect(made).toEqual({ ...origin, name: "mine", parameters, rules });
			expect(values).toEqual(isPrivate ? { folder } : {});
			expect(mergeTemplate(made, {}, { parameters: values })).toEqual(merged);
		}
	});

	it("equals the built-in template if nothing was changed", () => {
		const ofKind = { port: "81", path: "/srv/x", program: "/usr/bin/x", name: "ann", text: "PING" };
		for (const origin of builtinTemplates()) {
			const asked = Object.entries(origin.parameters).filter(([, parameter]) => parameter.default === undefined);
			const values = Object.fromEntries(asked.map(([name, { kind }]) => [name, ofKind[kind]]));
			const merged = mergeTemplate(origin, {}, { placeholders: machine.placeholders, parameters: values });
			const { template: made } = fromMerged(origin.name, origin, values, merged);
			const changed = templateDifferences(origin, made).filter(({ pointer }) => !pointer.startsWith("/parameters/"));
			expect(changed, origin.name).toEqual([]);
			expect(made.application).toEqual(origin.application);
		}
	});

	it("does not depend on the alternative that it was made with", () => {
		const origin = template({
			...smallest,
			alternatives: [{ systems: ["debian"], tried: false, application: { user: "daemon", env: { A: "1" } } }],
		});
		const { template: made } = fromMerged("mine", origin, {}, mergeTemplate(origin, { user: "ann" }, { systems: ["debian"] }));
		expect(mergeTemplate(made, {}, { systems: ["debian"] })).toMatchObject({ application: { user: "ann", env: { A: "1" } } });
	});

	it("escapes glob characters", () => expect(escapeGlob("/a*b?[c]{d}(e)\\f@g")).toBe("/a\\*b\\?\\[c\\]\\{d\\}\\(e\\)\\\\f@g"));
});

it.each([
	["/usr/lib/x86_64-linux-gnu/libssl.so.3", "/usr/lib/*/libssl.so.3"],
	["/usr/lib/aarch64-linux-gnu/libz.so.1.3.1", "/usr/lib/*/libz.so.1*"],
	["/usr/lib/php/20240924/mysqli.so", "/usr/lib/php/*/mysqli.so"],
	["/etc/php/8.4/fpm", "/etc/php/*/fpm"],
	["/usr/lib/python3.13/json", "/usr/lib/python*/json"],
	["/usr/share/perl/5.40.1", "/usr/share/perl/*"],
	["/srv/shop/2", undefined],
	["/etc/nginx/nginx.conf", undefined],
	["/usr/lib/*/x", undefined],
])("replaces %s by the pattern %s", (path, pattern) => expect(versionless(path)).toBe(pattern));

it("is compared with another template", () => {
	const before = template({ ...smallest, rules: { include: ["/a", "/b"] } });
	const application = { command: ["/usr/bin/app", "-v"], user: "ann" };
	const after = template({ ...smallest, application, rules: { include: ["/b", "/c"] } });
	expect(templateDifferences(before, after)).toEqual([
		{ pointer: "/application/command", before: '["/usr/bin/app"]', after: '["/usr/bin/app","-v"]' },
		{ pointer: "/application/user", after: '"ann"' },
		{ pointer: "/rules/include", before: '"/a"' },
		{ pointer: "/rules/include", after: '"/c"' },
	]);
});
