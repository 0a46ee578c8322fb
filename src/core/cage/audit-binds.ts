import { type WayPart, wayFaults } from "../machine/way.ts";
import type { Path } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import type { Finding, FindingCode } from "./finding.ts";

/** The way to a directory of the host that the cage shows, as far as it leads through directories. */
export interface BindWay {
	readonly bind: Path;
	readonly seen: readonly WayPart[];
	/** The first part that is not there. */
	readonly absent?: Path;
}

/**
 * A mount follows links (mount(8), and BindPaths= of systemd.exec(5) as well): whoever can put one on the way to a bind chooses what root
 * mounts into the cage. Where root starts it, that is any directory of the host; else one that the user may see anyhow.
 */
export function auditBinds(ways: readonly BindWay[], owner: number): Finding[] {
	const findings = new Map<string, Finding>();
	const find = (code: FindingCode, path: Path, severity: Finding["severity"], values: Finding["values"]) => {
		// A directory on the way to several binds is one thing to be closed.
		if (!findings.has(`${code} ${path}`)) findings.set(`${code} ${path}`, { code, path, severity, values });
	};
	for (const { absent, bind: place, seen } of ways) {
		const bind = showPath(place);
		// Where the way breaks off, what is seen is not all of it, and its last part leads on.
		const end: WayPart[] = absent === undefined ? [] : [{ path: absent, kind: "directory", mode: 0o755, uid: 0 }];
		for (const { fault, part } of wayFaults([...seen, ...end], owner)) {
			const { kind, path, uid } = part;
			if (fault === "not-directory") find("bind-not-directory", path, "danger", { bind, kind });
			else if (fault === "foreign-owner") find("bind-foreign-owner", path, severityFor(owner), { bind, uid });
			else find("bind-writable", path, severityFor(owner), { bind, mode: `0${part.mode.toString(8)}` });
		}
		if (absent !== undefined) find("bind-absent", absent, "danger", { bind });
	}
	return [...findings.values()];
}

const severityFor = (owner: number) => (owner === 0 ? "danger" : "warning");
