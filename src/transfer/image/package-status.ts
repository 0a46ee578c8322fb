import { append, omitUndefined } from "../../base/collections.ts";
import type { PackageRef } from "../../base/machine/facts.ts";
import { type Path, pathFromText, pathToBytes } from "../../base/path/path.ts";
import type { Manifest } from "../../cage/manifest.ts";
import type { MachineFacts, PackageOrigin } from "../../record/evidence.ts";
import type { AddedFile } from "./tree.ts";

/** The distribution's packages as scanners expect them in an image without dpkg's database (as in distroless images). */
const folder = "/var/lib/dpkg/status.d";

/**
 * Returns a status and a list of files for each Debian package; nothing for other package managers. `md5`: of copied files, in
 * hexadecimal.
 */
export function packageStatus(
	{ entries }: Manifest,
	{ packageKind }: Pick<MachineFacts, "packageKind">,
	origins: readonly (PackageRef & PackageOrigin)[],
	md5: ReadonlyMap<Path, string>,
): AddedFile[] {
	if (packageKind !== "deb") return [];
	const files = new Map<string, string[]>();
	const refs = new Map<string, PackageRef>();
	for (const { package: ref, path } of entries) {
		const sum = md5.get(path);
		// The name becomes a file name, and both become lines.
		if (!ref || sum === undefined || !isDebian(ref)) continue;
		refs.set(ref.name, ref);
		append(files, ref.name, `${sum}  ${path.slice(1)}\n`);
	}
	return [...refs.values()].flatMap((ref) => {
		const origin = origins.find(({ name, version }) => name === ref.name && version === ref.version);
		// dpkg appends another architecture to the name.
		const [name = ref.name] = ref.name.split(":");
		const source = origin && `${origin.source}${origin.sourceVersion === undefined ? "" : ` (${origin.sourceVersion})`}`;
		const fields = {
			Package: name,
			Status: "install ok installed",
			Version: ref.version,
			...(origin?.architecture === undefined ? {} : { Architecture: origin.architecture }),
			...omitUndefined({ Source: source }),
		};
		const status = Object.entries(fields).map(([key, value]) => `${key}: ${value}\n`);
		const file = (suffix: string, text: string) => ({
			path: pathFromText(`${folder}/${name}${suffix}`),
			content: pathToBytes(text as Path),
		});
		return [file("", status.join("")), file(".md5sums", (files.get(ref.name) ?? []).join(""))];
	});
}

/** Names and versions of deb-control(5). */
function isDebian({ name, version }: PackageRef): boolean {
	return /^[a-z0-9][a-z0-9+.-]+(:[a-z0-9-]+)?$/i.test(name) && /^[\w.+:~-]+$/.test(version);
}

/** Fields of os-release(5) that do not change with each point release. */
const kept = ["PRETTY_NAME", "NAME", "ID", "ID_LIKE", "VERSION_ID", "VERSION_CODENAME"];

/** Returns a short os-release(5), with which scanners choose their advisories. */
export function shortOsRelease(values: Readonly<Record<string, string | undefined>>): string {
	return kept.flatMap((name) => (values[name] === undefined ? [] : [`${name}="${values[name]}"\n`])).join("");
}
