import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { initExecutable } from "../../core/confinement/init.ts";
import type { Features } from "../../core/confinement/method.ts";
import type { Finding } from "../../engine/ports.ts";
import { isRootless } from "../launch/rootless.ts";
import { findTool, toolEnvironment } from "../launch/tools.ts";

/** Who we are, and the programs that the work is done with. */
export function programFindings(features: Features): Finding[] {
	const strace = findTool("strace");
	return [
		{ what: "root", state: isRootless() ? "note" : "ok", found: `uid ${process.geteuid?.()}` },
		{ what: "processor", state: initExecutable(process.arch) ? "ok" : "missing", found: process.arch },
		{ what: "strace", state: strace ? "ok" : "missing", found: strace ?? "", package: "strace" },
		utilLinux(features),
		systemd(),
		helper("perl", { apt: "perl-base", others: "perl" }),
		helper("getcap", { apt: "libcap2-bin", others: "libcap" }),
	];
}

/** A cage is made and runs without it, but less is proven of it. Debian and those that come from it name packages in their own way. */
function helper(what: "perl" | "getcap", { apt, others }: { apt: string; others: string }): Finding {
	const found = findTool(what);
	return { what, state: found ? "ok" : "weaker", found: found ?? "", package: findTool("apt-get") ? apt : others };
}

function utilLinux({ missing, setpriv }: Features): Finding {
	const found = version("setpriv");
	if (missing.length) {
		return {
			what: "util-linux",
			state: "missing",
			found: `${found} (- ${missing.join(", ")})`.trim(),
			package: "util-linux",
		};
	}
	// Not weaker: a program of ours does what an older setpriv cannot.
	const own = [...(setpriv.landlock ? [] : ["--landlock-access"]), ...(setpriv.seccompFilter ? [] : ["--seccomp-filter"])];
	return { what: "util-linux", state: "ok", found: own.length ? `${found} (- ${own.join(", ")})` : found };
}

/** PrivatePIDs= came with 257, and without it processes under the same account are within reach. */
function systemd(): Finding {
	const number = Number(/systemd (\d+)/.exec(version("systemctl"))?.[1] ?? 0);
	const booted = existsSync("/run/systemd/system"); // sd_booted(3)
	const found = number ? `systemd ${number}${booted ? "" : " (- /run/systemd/system)"}` : "";
	return { what: "systemd", state: !number || !booted ? "note" : number < 257 ? "weaker" : "ok", found };
}

function version(program: string): string {
	const path = findTool(program);
	if (path === undefined) return "";
	const { stdout } = spawnSync(path, ["--version"], { env: toolEnvironment, encoding: "utf8", timeout: 5000 });
	return (stdout ?? "").split("\n")[0]?.trim() ?? "";
}
