import { ancestors, join, type Path } from "../../path/path.ts";
import { mountedData, type UnitInput } from "./input.ts";
import { pathText } from "./quote.ts";

/**
 * Lines of `[Unit]` that keep systemd from following a link to a source of `BindPaths=`: it does not start the service where a part of the way from the cage's data
 * folder to the source is a link, and asks again at each restart (systemd.unit(5)). No command is run for it, so nothing of the service's environment
 * applies. Parts above that folder are root's.
 */
export function sourceAssertions(input: Pick<UnitInput, "data">): string[] {
	const parts = new Set(mountedData(input).flatMap(({ path, source }) => partsOf(path, source)));
	if (!parts.size) return [];
	return [
		"# systemd follows links to what it mounts, so none may be on the way to the application's state.",
		...[...parts].map((part) => `${assertion}=!${pathText(assertion, part)}`),
	];
}

const assertion = "AssertPathIsSymbolicLink";

function partsOf(path: Path, source: Path): Path[] {
	// The copy of a trial is below a folder of ours alone.
	if (source === path || !source.endsWith(path)) return [];
	const top = source.slice(0, -path.length) as Path;
	return [top, ...[...ancestors(path), path].map((part) => join(top, part.slice(1)))];
}
