// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of templates
import { checkTemplate } from "../../src/template/parse.ts";
import type { TemplateProblem } from "../../src/template/problems.ts";
import type { Template } from "../../src/template/template.ts";

/** A template with only the required parts. */
export const smallest = {
	schema: "cagewright/template/2",
	name: "app",
	title: { en: "App", de: "App" },
	description: { en: "An app", de: "Eine App" },
	application: { command: ["/usr/bin/app"] },
};

export function template(json: unknown): Template {
	const parsed = checkTemplate(json);
	if ("errors" in parsed) throw new Error(JSON.stringify(parsed.errors));
	return parsed.template;
}

type Json = Record<string, unknown>;
const application = (more: Json): Json => ({ ...smallest, application: { ...smallest.application, ...more } });
const parameter = (kind: string, usual?: string): Json => ({
	title: { en: "a", de: "a" },
	kind,
	...(usual === undefined ? {} : { default: usual }),
});
const rules = (more: Json): Json => ({ ...smallest, rules: more });
const needs = (more: Json): Json => ({ ...smallest, needs: more });
const without = (key: keyof typeof smallest): Json =>
	Object.fromEntries(Object.entries(smallest).filter(([name]) => name !== key));

/** Templates that the program and schema.json accept. */
export const accepted: Record<string, Json> = {
	smallest,
	full: {
		...smallest,
		application: {
			command: ["${node}", "${demo}", "--x=a b", "", "$HOME", "-g", "daemon off;"],
			user: "www-data:ssl-cert",
			cwd: "/var/lib/app",
			env: { A_1: "b c", _x: "" },
			probes: ['test "${CAGEWRIGHT_ROOT}" && "${node}" -e 0'],
			exercises: ["true | cat"],
			timeout: 3600,
			network: "none",
			directories: ["/run/app", "/var/lib/app/"],
			limits: { memory: 536_870_912, files: 1024 },
		},
		rules: {
			include: ["/usr/lib/python3/**", "/etc/app/*.conf", "/usr/share/app"],
			exclude: ["/usr/share/doc/**"],
			writable: ["/run", "/var/log/app", "/tmp"],
			seed: ["/var/lib/app"],
			binds: [{ path: "/srv/www", access: "ro" }],
			devices: ["/dev/null", "/dev/dri/card0"],
			allowSecret: ["/etc/ssl/private/app.key"],
			allowSetuid: ["/usr/bin/su"],
			decoys: ["auto", "/srv/backup/id_rsa", "/etc/shadow"],
			allow: ["writable-code", "capability:net_bind_service"],
			refuse: ["proc"],
			accounts: ["mail", "group:adm", "user:host$"],
			withoutAccounts: ["games"],
		},
		needs: { packages: { debian: ["app", "libapp-1.0+x"], "opensuse-leap": [] }, programs: ["curl", "/usr/bin/app"] },
		alternatives: [
			{
				systems: ["fedora", "rhel"],
				tried: false,
				application: {
					command: ["/usr/sbin/httpd"],
					user: "apache",
					env: {},
					probes: ["true"],
					directories: ["/run/httpd"],
					sockets: ["stream /run/httpd.socket mode=0660"],
				},
				rules: { include: ["/etc/httpd/**"] },
			},
		],
		first: [{ en: "Make a zone.", de: "Legen Sie eine Zone an." }],
		notes: [{ en: "First\nsecond", de: "Eins\nzwei" }],
		documentation: ["nginx(8)", "named.conf(5)", "perl(1p)"],
	},
	"an editor's hint": { $schema: "./schema.json", ...smallest },
	"parameters of every kind": {
		...smallest,
		parameters: {
			port: parameter("port", "8080"),
			folder: parameter("path", "/srv/www"),
			program: parameter("program", "/usr/sbin/php-fpm*"),
			account: parameter("name", "www-data"),
			greeting: parameter("text", "GET / HTTP/1.0"),
			script: parameter("path"),
		},
		application: {
			command: ["${program}", "--port=${port}", "${script}"],
			user: "${account}",
			cwd: "${folder}",
			env: { PORT: "${port}" },
			probes: ["test ${port} = 8080"],
			directories: ["/run/${account}", "${folder}/run"],
		},
		rules: { include: ["${folder}/**", "${script}"], binds: [{ path: "${folder}", access: "ro" }], accounts: ["${account}"] },
		needs: { programs: ["${program}", "curl"] },
	},
	"a machine account": application({ user: "host$" }),
	"dots that climb nowhere": application({ command: ["/opt/..app/x..y", "../data", "a..b"] }),
};

/** Templates that both refuse: where and why. */
export const refused: Record<string, readonly [json: unknown, path: string, code: TemplateProblem]> = {
	"no object": [[], "$", "wrong-type"],
	null: [null, "$", "wrong-type"],
	"another schema": [{ ...smallest, schema: "cagewright/cage/1" }, "$.schema", "not-one-of"],
	"a newer version": [{ ...smallest, schema: "cagewright/template/3" }, "$.schema", "newer-version"],
	"no schema": [without("schema"), "$.schema", "missing-field"],
	"no name": [without("name"), "$.name", "missing-field"],
	"no title": [without("title"), "$.title", "missing-field"],
	"no application": [without("application"), "$.application", "missing-field"],
	"a name that climbs": [{ ...smallest, name: "../x" }, "$.name", "bad-name"],
	"a name with a newline": [{ ...smallest, name: "x\n" }, "$.name", "bad-name"],
	"a name in capitals": [{ ...smallest, name: "X" }, "$.name", "bad-name"],
	"an unknown field": [{ ...smallest, hooks: [] }, "$.hooks", "unknown-field"],
	"an unknown field below": [application({ shell: true }), "$.application.shell", "unknown-field"],
	"an unknown rule": [rules({ trust: [] }), "$.rules.trust", "unknown-field"],
	"one language": [{ ...smallest, title: { en: "x" } }, "$.title.de", "missing-field"],
	"an empty title": [{ ...smallest, title: { en: "", de: "x" } }, "$.title.en", "empty"],
	"an escape sequence in a text": [
		{ ...smallest, description: { en: "\u001b[2J", de: "x" } },
		"$.description.en",
		"control-character",
	],
	"a long title": [{ ...smallest, title: { en: "x".repeat(201), de: "x" } }, "$.title.en", "too-long"],
	"no command": [application({ command: [] }), "$.application.command", "empty"],
	"a command as text": [application({ command: "/bin/x" }), "$.application.command", "wrong-type"],
	"a relative program": [application({ command: ["app"] }), "$.application.command[0]", "not-absolute"],
	"an empty program": [application({ command: [""] }), "$.application.command[0]", "empty"],
	"a program that climbs": [application({ command: ["/usr/bin/../../x"] }), "$.application.command[0]", "parent-component"],
	"an argument that climbs": [application({ command: ["/bin/x", "/etc/../x"] }), "$.application.command[1]", "parent-component"],
	"an option that climbs": [application({ command: ["/bin/x", "--c=/a/.."] }), "$.application.command[1]", "parent-component"],
	"NUL in the command": [application({ command: ["/bin/x", "a\0b"] }), "$.application.command[1]", "control-character"],
	"a newline in the command": [
		application({ command: ["/bin/x\nExecStartPre=/bin/y"] }),
		"$.application.command[0]",
		"control-character",
	],
	"a number in the command": [application({ command: ["/bin/x", 1] }), "$.application.command[1]", "wrong-type"],
	"an unknown placeholder": [application({ command: ["/bin/x", "${HOME}"] }), "$.application.command[1]", "unknown-placeholder"],
	"a directory of an unknown placeholder": [application({ cwd: "/srv/${HOME}" }), "$.application.cwd", "unknown-placeholder"],
	"a parameter in capitals": [{ ...smallest, parameters: { Port: parameter("port") } }, "$.parameters.Port", "bad-parameter"],
	"a parameter that is taken": [{ ...smallest, parameters: { node: parameter("path") } }, "$.parameters.node", "bad-parameter"],
	"a parameter of another kind": [{ ...smallest, parameters: { a: parameter("shell") } }, "$.parameters.a.kind", "not-one-of"],
	"no port": [{ ...smallest, parameters: { a: parameter("port", "65536") } }, "$.parameters.a.default", "bad-value"],
	"a quote in a path": [{ ...smallest, parameters: { a: parameter("path", "/a'b") } }, "$.parameters.a.default", "bad-value"],
	"a command in a text": [{ ...smallest, parameters: { a: parameter("text", "$(id)") } }, "$.parameters.a.default", "bad-value"],
	"a default that climbs": [
		{ ...smallest, parameters: { a: parameter("path", "/a/../b") } },
		"$.parameters.a.default",
		"parent-component",
	],
	"an alternative for no system": [
		{ ...smallest, alternatives: [{ systems: [], tried: false }] },
		"$.alternatives[0].systems",
		"empty",
	],
	"an alternative that may be tried": [
		{ ...smallest, alternatives: [{ systems: ["rhel"] }] },
		"$.alternatives[0].tried",
		"missing-field",
	],
	"an alternative that takes the password file": [
		{ ...smallest, alternatives: [{ systems: ["rhel"], tried: false, rules: { include: ["/etc/shadow"] } }] },
		"$.alternatives[0].rules.include[0]",
		"password-file",
	],
	"an address for a manual page": [
		{ ...smallest, documentation: ["https://example.org/"] },
		"$.documentation[0]",
		"not-a-manual-page",
	],
	"a placeholder without an end": [
		application({ command: ["/bin/x", "${node"] }),
		"$.application.command[1]",
		"unknown-placeholder",
	],
	"root by number": [application({ user: "0" }), "$.application.user", "numeric-account"],
	"root by many zeros": [application({ user: "000" }), "$.application.user", "numeric-account"],
	"a group by number": [application({ user: "www-data:0" }), "$.application.user", "numeric-account"],
	"root by hexadecimal": [application({ user: "0x0" }), "$.application.user", "numeric-account"],
	"an account with a newline": [application({ user: "x\nUser=root" }), "$.application.user", "bad-account"],
	"an account with a blank": [application({ user: "a b" }), "$.application.user", "bad-account"],
	"a relative directory": [application({ cwd: "var" }), "$.application.cwd", "not-absolute"],
	"a directory that climbs": [application({ cwd: "/a/../b" }), "$.application.cwd", "parent-component"],
	"a variable with =": [application({ env: { "A=B": "c" } }), '$.application.env["A=B"]', "bad-variable-name"],
	"a variable with a newline": [application({ env: { "A\nB": "c" } }), '$.application.env["A\\nB"]', "bad-variable-name"],
	"a prototype": [
		JSON.parse(JSON.stringify(application({ env: { PROTO: "x" } })).replace("PROTO", "__proto__")),
		"$.application.env.__proto__",
		"bad-variable-name",
	],
	"a newline in a variable": [application({ env: { A: "b\nc" } }), "$.application.env.A", "control-character"],
	"a number in a variable": [application({ env: { A: 1 } }), "$.application.env.A", "wrong-type"],
	"variables as a list": [application({ env: [] }), "$.application.env", "wrong-type"],
	"an empty probe": [application({ probes: [""] }), "$.application.probes[0]", "empty"],
	"a probe of two lines": [application({ probes: ["true\nreboot"] }), "$.application.probes[0]", "control-character"],
	"no time": [application({ timeout: 0 }), "$.application.timeout", "out-of-range"],
	"half a second": [application({ timeout: 0.5 }), "$.application.timeout", "out-of-range"],
	"a time as text": [application({ timeout: "30" }), "$.application.timeout", "wrong-type"],
	"another network": [application({ network: "bridge" }), "$.application.network", "not-one-of"],
	"too little memory": [application({ limits: { memory: 1024 } }), "$.application.limits.memory", "out-of-range"],
	"half a process": [application({ limits: { processes: 1.5 } }), "$.application.limits.processes", "out-of-range"],
	"a limit of something else": [application({ limits: { time: 3 } }), "$.application.limits.time", "unknown-field"],
	"an unknown permission": [rules({ allow: ["everything"] }), "$.rules.allow[0]", "not-an-opening"],
	"an unknown capability": [rules({ refuse: ["capability:all"] }), "$.rules.refuse[0]", "not-an-opening"],
	"a capability in another form": [rules({ allow: ["capability:CAP_CHOWN"] }), "$.rules.allow[0]", "not-an-opening"],
	"a kept account by number": [rules({ accounts: ["0"] }), "$.rules.accounts[0]", "numeric-account"],
	"a left-out group by number": [rules({ withoutAccounts: ["group:42"] }), "$.rules.withoutAccounts[0]", "numeric-account"],
	"a line of passwd": [rules({ accounts: ["evil::0:0::/:/bin/sh"] }), "$.rules.accounts[0]", "bad-account"],
	"two lines of passwd": [rules({ accounts: ["a\nb"] }), "$.rules.accounts[0]", "bad-account"],
	"an account of another kind": [rules({ accounts: ["shadow:mail"] }), "$.rules.accounts[0]", "bad-account"],
	"/etc as a directory to create": [application({ directories: ["/etc/"] }), "$.application.directories[0]", "too-broad"],
	"the root as a directory to create": [application({ directories: ["//"] }), "$.application.directories[0]", "too-broad"],
	everything: [rules({ include: ["/**"] }), "$.rules.include[0]", "too-broad"],
	"everything, in other words": [rules({ include: ["/usr", "/./*/**"] }), "$.rules.include[1]", "too-broad"],
	"the root": [rules({ include: ["/"] }), "$.rules.include[0]", "too-broad"],
	"nothing left": [rules({ exclude: ["/**"] }), "$.rules.exclude[0]", "too-broad"],
	"the password file": [rules({ include: ["/etc/shadow"] }), "$.rules.include[0]", "password-file"],
	"the password file, written otherwise": [rules({ include: ["/etc//./shadow"] }), "$.rules.include[0]", "password-file"],
	"its backup": [rules({ seed: ["/etc/shadow-"] }), "$.rules.seed[0]", "password-file"],
	"its directory": [rules({ include: ["/etc"] }), "$.rules.include[0]", "password-file"],
	"the password file as a secret": [rules({ allowSecret: ["/etc/gshadow"] }), "$.rules.allowSecret[0]", "password-file"],
	"a glob of secrets": [rules({ allowSecret: ["/home/*"] }), "$.rules.allowSecret[0]", "glob-not-allowed"],
	"a relative pattern": [rules({ include: ["*.conf"] }), "$.rules.include[0]", "not-absolute"],
	"a pattern that climbs": [rules({ include: ["/a/../**"] }), "$.rules.include[0]", "parent-component"],
	"writable programs": [rules({ writable: ["/usr"] }), "$.rules.writable[0]", "too-broad"],
	"a bind of all homes": [rules({ binds: [{ path: "/home", access: "rw" }] }), "$.rules.binds[0].path", "too-broad"],
	"a bind of /run": [rules({ binds: [{ path: "/run/", access: "ro" }] }), "$.rules.binds[0].path", "too-broad"],
	"a bind without access": [rules({ binds: [{ path: "/srv/x" }] }), "$.rules.binds[0].access", "missing-field"],
	"a bind with another access": [rules({ binds: [{ path: "/srv/x", access: "rwx" }] }), "$.rules.binds[0].access", "not-one-of"],
	"a device elsewhere": [rules({ devices: ["/tmp/null"] }), "$.rules.devices[0]", "not-a-device"],
	"all devices": [rules({ devices: ["/dev"] }), "$.rules.devices[0]", "not-a-device"],
	"a package that is an option": [needs({ packages: { debian: ["--purge"] } }), "$.needs.packages.debian[0]", "bad-name"],
	"a system with a blank": [needs({ packages: { "a b": [] } }), '$.needs.packages["a b"]', "bad-name"],
	"a program with a blank": [needs({ programs: ["a b"] }), "$.needs.programs[0]", "bad-name"],
	"a note without a language": [{ ...smallest, notes: [{ en: "x" }] }, "$.notes[0].de", "missing-field"],
	"a long list": [application({ probes: Array.from({ length: 1025 }, () => "true") }), "$.application.probes", "too-many"],
};

/** Templates that only the program refuses, because JSON Schema cannot express the check. */
export const refusedByUs: Record<string, readonly [json: unknown, path: string, code: TemplateProblem]> = {
	"a placeholder for a program": [application({ command: ["${x}"] }), "$.application.command[0]", "unknown-placeholder"],
	"a parameter that is not declared": [rules({ include: ["/srv/${folder}"] }), "$.rules.include[0]", "unknown-placeholder"],
	"a bind of a parameter that is too much": [
		{ ...smallest, parameters: { folder: parameter("path", "/home") }, rules: { binds: [{ path: "${folder}", access: "rw" }] } },
		"$.rules.binds[0].path",
		"too-broad",
	],
	"everything in braces": [rules({ include: ["/{*,.*}"] }), "$.rules.include[0]", "too-broad"],
	"everything but x": [rules({ include: ["/[!x]*"] }), "$.rules.include[0]", "too-broad"],
	"everything, by an extended glob": [rules({ include: ["/!(x)"] }), "$.rules.include[0]", "too-broad"],
	"everything at the second level": [rules({ include: ["/*/*"] }), "$.rules.include[0]", "too-broad"],
	"all of /etc": [rules({ include: ["/etc/**"] }), "$.rules.include[0]", "password-file"],
	"the password file by a glob": [rules({ include: ["/etc/sh?dow"] }), "$.rules.include[0]", "password-file"],
	"the password file, escaped": [rules({ include: ["/etc/\\shadow"] }), "$.rules.include[0]", "password-file"],
	"the password files of everybody": [rules({ include: ["/**/shadow"] }), "$.rules.include[0]", "password-file"],
	"half a character": [application({ command: ["/bin/x", "\ud800"] }), "$.application.command[1]", "not-text"],
};
