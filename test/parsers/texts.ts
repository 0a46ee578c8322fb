import { readFileSync } from "node:fs";
import type { Path } from "../../src/base/path/path.ts";
import { cageToJson } from "../../src/cage/host/cage-json.ts";
import { manifestToJson } from "../../src/cage/manifest.ts";
import { TraceFold } from "../../src/trace/fold.ts";
import { TarProblem } from "../../src/transfer/archive/tar.ts";
import { cageOf, entry, manifestOf, plan, writable } from "../cage/plans.ts";
import { startAtFirstExecve } from "../trace/folding.ts";

/** Texts and readers that several parsers share. */

export const file = (text: string) => ({ list: () => ["a.conf" as Path], read: () => Buffer.from(text, "latin1") });
export const recording = (name: string) => readFileSync(`test/trace/corpus/${name}.strace`, "latin1");
export const bytes = (text: string) => Buffer.from(text, "latin1");
/** Parsers of JSON values never see text that is not JSON. */
export function json(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
export const fields = (text: string) => json(text) as Readonly<Record<string, unknown>>;
export const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);

const made = plan([entry("/usr/bin/app", { size: 3 }), entry("/etc/app.conf", { package: { name: "app", version: "1" } })], {
	writable: [writable("/var/lib/app")],
});
export const manifest = manifestOf(made, {
	entries: made.entries.map(({ decision: _, ...rest }) => ({ ...rest, sha256: "0".repeat(64) })),
});
export const description = JSON.stringify(
	cageToJson(
		cageOf({
			additions: [{ kind: "path", path: "/odd\xff" as Path, round: 1, call: "openat" }],
			exercises: ["true"],
			signals: ["SIGHUP"],
			seconds: { trace: 1, plan: 0, build: 2.5, trial: 1 },
		}),
	),
);
export const foreign = JSON.stringify({
	cage: JSON.parse(description),
	manifest: manifestToJson({ ...manifest, identity: { name: "root", uid: 0, gid: 0, groups: [], home: "/root" } }),
});
export function foldOf(text: string) {
	const fold = new TraceFold({ start: startAtFirstExecve(), cwd: "/" as Path });
	fold.feed(bytes(text));
	fold.end();
	return fold.trace;
}
export function orTarProblem(parse: () => unknown): void {
	try {
		parse();
	} catch (error) {
		if (!(error instanceof TarProblem)) throw error;
	}
}
export const service = `[Unit]
Description=A service # of ours
[Service]
Type=notify
User=app
Environment="A=b c" 'D=e' F=\\x41
EnvironmentFile=-/etc/default/%p
ExecStartPre=-/bin/mkdir -p \${RUNTIME_DIRECTORY}
ExecStart=!!/usr/bin/app --config "/etc/app conf" \\
  $OPTIONS ; /bin/true
RuntimeDirectory=app/%i:link
ReadWritePaths=-/var/lib/app /var/log/app
`;
export const status = `Package: dpkg
Status: install ok installed
Architecture: amd64
Version: 1.22

Package: app
Architecture: amd64
Version: 1:2.0-1
Source: app-src (2.0)
Conffiles:
 /etc/app.conf 0123456789abcdef0123456789abcdef
 /etc/old.conf 0123456789abcdef0123456789abcdef obsolete
Description: an app
 that does things
`;
export const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:18EB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0000000000000000 100 0 0 10 0
`;
export const unix = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 20000 /run/app.sock
`;

export const nothing = { list: () => [], status: () => undefined };
