/** Cage names may have capitals and dots; registries and Kubernetes accept less. */

/** Returns a repository name (OCI distribution specification): lower-case words, joined by single separators. */
export function imageName(cage: string): string {
	return words(cage, /[a-z0-9]+(?:[._-][a-z0-9]+)*/g) || "cage";
}

/** Returns a label (RFC 1035) that is short enough for a StatefulSet, whose pods append to it. */
export function kubernetesName(cage: string): string {
	const name = words(cage, /[a-z0-9]+/g);
	return (/^[a-z]/.test(name) ? name : `cage-${name}`).slice(0, 52).replace(/-+$/, "");
}

function words(cage: string, pattern: RegExp): string {
	return (cage.toLowerCase().match(pattern) ?? []).join("-");
}
