/**
 * A path of one machine as a glob for others: the folder of an architecture, and version numbers where distributions put them, become `*`.
 * Undefined where nothing in it is of that kind.
 */
export function versionless(path: string): string | undefined {
	if (/[*?[\]{}()!\\]/.test(path)) return undefined;
	const names = path.split("/");
	// `/srv/shop/2` is somebody's own; these are the places of packages.
	if (!/^\/(usr|lib|lib64|etc|opt)\//.test(path)) return undefined;
	const wide = names.map(withoutVersion).join("/");
	return wide === path ? undefined : wide;
}

function withoutVersion(name: string): string {
	if (/^[a-z0-9_]+-linux-(gnu|musl)[a-z0-9]*$/.test(name)) return "*";
	if (/^\d+(\.\d+)*$/.test(name)) return "*";
	// The first number is what programs ask for; what follows is the release.
	const library = /^(lib.+\.so\.\d+)\.[\d.]+$/.exec(name);
	if (library) return `${library[1]}*`;
	const versioned = /^([A-Za-z][A-Za-z+_-]*?)-?\d+(\.\d+)+$/.exec(name);
	return versioned ? `${versioned[1]}*` : name;
}
