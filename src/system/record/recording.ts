import { createHash } from "node:crypto";
import { arch, hostname, release as kernelRelease, userInfo } from "node:os";
import { pathFromText } from "../../core/path/path.ts";
import { packageKindOf } from "../../core/record/packages.ts";
import type { Files, Recording } from "../../engine/ports.ts";
import { shippedConfiguration } from "../packages/conffiles.ts";
import { distributionIds, osRelease } from "../packages/distribution.ts";
import { packageOrigins } from "../packages/origins.ts";

const osReleaseFile = pathFromText("/etc/os-release");

/** The machine as the record names it; `version` is the program's own. */
export function systemRecording(files: Files, version: string): Recording {
	return {
		who() {
			const user = userName();
			const behind = process.env.SUDO_USER;
			return behind ? `${behind} (sudo, ${user})` : user;
		},
		host() {
			// Mostly a link to what /usr has.
			const release = files.resolve(osReleaseFile);
			const system = osRelease(files.read(release ?? osReleaseFile)?.toString("utf8") ?? "");
			const kind = packageKindOf(distributionIds());
			return {
				host: hostname(),
				system: system.PRETTY_NAME ?? "",
				distribution: [system.ID, system.VERSION_ID].filter(Boolean).join("-"),
				architecture: debianNames[arch()] ?? arch(),
				...(kind ? { packageKind: kind } : {}),
				kernel: kernelRelease(),
				cagewright: version,
			};
		},
		origins: (packages) => packageOrigins(packages, files),
		sha256: (text) => createHash("sha256").update(text).digest("hex"),
		asShipped: (paths) => shippedConfiguration(paths, files),
	};
}

/** Node's names for processors, and Debian's. */
const debianNames: Readonly<Record<string, string>> = {
	x64: "amd64",
	arm64: "arm64",
	ia32: "i386",
	arm: "armhf",
	ppc64: "ppc64el",
};

/** The number, where no file of the host names the account: Node throws there. */
function userName(): string {
	try {
		return userInfo().username;
	} catch {
		return String(process.geteuid?.());
	}
}
