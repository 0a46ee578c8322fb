import { type Path, pathFromBytes } from "../../core/path/path.ts";
import type { PackageRef } from "../../core/plan/plan.ts";
import type { PackageOrigin } from "../../core/record/record.ts";
import type { Files } from "../../engine/ports.ts";
import { parseDpkgStatus } from "./dpkg.ts";

/** What dpkg's status tells of packages that are installed in just these versions. Other package managers are not asked. */
export function packageOrigins(packages: readonly PackageRef[], files: Files): (PackageRef & PackageOrigin)[] {
	const status = packages.length ? files.read("/var/lib/dpkg/status" as Path) : undefined;
	if (!status) return [];
	const installed = parseDpkgStatus(pathFromBytes(status));
	return packages.flatMap((ref) => {
		const known = installed.get(ref.name);
		if (known?.ref.version !== ref.version) return [];
		const { architecture, source, sourceVersion } = known;
		return [{ ...ref, architecture, source, ...(sourceVersion === undefined ? {} : { sourceVersion }) }];
	});
}
