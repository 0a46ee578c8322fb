import { chmodSync, chownSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { begin, must, temporaryFolder, temporaryState } from "./cagewright.ts";

/** root's command in a session of another user, as `su -m` or sudo's env_keep start it: PATH, home and variables are that user's. */
const folder = temporaryFolder("caller");
const user = join(folder, "user");
const nobody = 65534;
/** Every program of the user adds its name here. */
const ran = join(folder, "ran");
const programs = () => (existsSync(ran) ? [...new Set(readFileSync(ran, "utf8").split("\n"))].filter(Boolean).sort() : []);

const env = {
	HOME: user,
	USER: "nobody",
	LOGNAME: "nobody",
	SHELL: `${user}/bin/sh`,
	TMPDIR: `${user}/tmp`,
	MAIL: `${user}/mail`,
	XDG_CONFIG_HOME: user,
	XDG_DATA_HOME: user,
	XDG_CACHE_HOME: user,
	XDG_RUNTIME_DIR: user,
	CURL_HOME: user,
	PATH: `${user}/bin:.:bin::/usr/bin:/bin`,
	SUDO_USER: "nobody",
	EDITOR: `${user}/bin/cat`,
	PAGER: `${user}/bin/cat`,
	PERL5LIB: user,
	PERL5OPT: "-Mforeign",
	PYTHONPATH: user,
	RUBYLIB: user,
	RUBYOPT: "-rforeign",
	NODE_PATH: user,
	BASH_ENV: `${user}/foreign.sh`,
	ENV: `${user}/foreign.sh`,
	"BASH_FUNC_test%%": `() { echo function >>${ran}; }`,
	PROBE_WORD: "kept",
};

beforeAll(() => {
	for (const name of ["", "bin", "tmp"]) mkdirSync(join(user, name));
	const shell = (name: string) => `/bin/echo ${name} >>${ran}\n`;
	const script = join(user, "bin/.program");
	// Not by env(1), whose search path is the one under test.
	writeFileSync(script, `#!/usr/bin/dash\n/usr/bin/echo "$0" >>${ran}\nexit 1\n`);
	chmodSync(script, 0o755);
	for (const directory of ["/usr/bin", "/usr/sbin"]) {
		for (const name of readdirSync(directory)) {
			if (!existsSync(join(user, "bin", name))) linkSync(script, join(user, "bin", name));
		}
	}
	writeFileSync(join(user, "foreign.sh"), shell("foreign.sh"));
	writeFileSync(join(user, "foreign.pm"), `open my $f, ">>", "${ran}"; print $f "foreign.pm\\n"; 1;\n`);
	writeFileSync(join(user, "sitecustomize.py"), `print("sitecustomize.py", file=open("${ran}", "a"))\n`);
	writeFileSync(join(user, "foreign.rb"), `File.write("${ran}", "foreign.rb\\n", mode: "a")\n`);
	for (const name of [".curlrc", "curlrc"]) writeFileSync(join(user, name), `dump-header = ${user}/header\n`);
	writeFileSync(join(user, ".rpmmacros"), `%_dbpath %(echo rpmmacros >>${ran})\n`);
	for (const name of ["", ...readdirSync(user)]) chownSync(join(user, name), nobody, nobody);
});

const state = temporaryState();
const run = (...args: string[]) => begin(args, { state, env, cwd: user }).ended;

test("root's command runs no program of another user's path, and its tools load nothing that variables name", async () => {
	const before = readdirSync(user, { recursive: true }).length;
	const tools = ["perl -e 1", "python3 -c 1", "bash -c 'test 1'", "ruby -e 1", "curl --version", "rpm --eval %_dbpath", "date"];
	const exercises = tools.flatMap((line) => ["--exercise", line]);
	const accept = ["--accept-finding", "account-used-outside"];
	const short = isLong ? [] : ["--no-selftest"];
	await must(run("make", "demo", "--yes", ...exercises, ...accept, ...short));
	expect(programs()).toEqual([]);
	const usual = ["check demo", "plan demo", "record demo", "apps", "doctor", "remove demo --yes"];
	const others = [
		"selftest --container none",
		"update demo --yes",
		"trial demo",
		"metrics",
		"stale --mark",
		"explain demo mount",
		"list",
		"unit demo --score",
		`export demo --format portable -o ${folder}/cage-demo.raw`,
		`export demo --format oci -o ${folder}/oci`,
		`export demo -o ${folder}/demo.tar`,
		`import ${folder}/demo.tar --name second --yes`,
		"remove second --yes",
	];
	for (const words of [...(isLong ? others : []), ...usual]) {
		await run(...words.split(" "));
		expect(programs(), words).toEqual([]);
	}
	expect(readdirSync(user, { recursive: true })).toHaveLength(before);
});

test.runIf(isLong)(
	"a shell line of root keeps other variables, and gets root's home and programs of root's directories",
	async () => {
		const own = join(folder, "own");
		mkdirSync(own);
		writeFileSync(join(own, "administrators-tool"), "#!/bin/sh\n", { mode: 0o755 });
		const line = [
			"curl -fsS http://127.0.0.1:8085/ >/dev/null",
			'test "$PROBE_WORD" = kept',
			'test "$HOME" = /root',
			'test -z "$PERL5LIB$PYTHONPATH$BASH_ENV$TMPDIR$XDG_CONFIG_HOME"',
			"administrators-tool",
		].join(" && ");
		const words = ["make", "demo", "--name", "lines", "--yes", "--no-selftest", "--probe", line];
		await must(begin(words, { state, env: { ...env, PATH: `${env.PATH}:${own}` }, cwd: user }).ended);
		expect(programs()).toEqual([]);
	},
);
