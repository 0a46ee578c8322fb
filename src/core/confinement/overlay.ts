import { join, type Path } from "../path/path.ts";
import { quoteShell } from "../path/quote.ts";

/**
 * An overlay whose layers are named relative to its scratch folder: no character of a path can end an option (overlayfs takes
 * `,` and `:` as separators). The upper layer's root is what is seen, so it takes over owner and mode of what it covers. Without root all of it is
 * the user's anyhow, and the overlay keeps its marks in attributes of users (`userxattr`), the only ones that a user namespace may set.
 *
 * `otherwise` is the step for a file system that cannot be a lower layer: FAT (names without case), NFS with automounts.
 */
export function overlayIn(
	scratch: Path,
	lower: Path,
	target: string,
	flags: string,
	isRootless: boolean,
	otherwise?: string,
): string[] {
	return [
		`cd ${quoteShell(scratch)}`,
		"mkdir -p lower upper work",
		`mount -n --bind ${quoteShell(lower)} lower`,
		...(isRootless ? [] : ["chown --reference=lower upper"]),
		"chmod --reference=lower upper",
		orElse(mountHere(target, `${isRootless ? ",userxattr" : ""}${flags}`), otherwise),
		"cd /",
	];
}

/** The same without root where `prepareLayers` made the layers: a rehearsal has dozens of them, and strace watches each program. */
export function preparedOverlay(scratch: Path, lower: Path, target: string, otherwise: string): string[] {
	return [
		`cd ${quoteShell(scratch)}`,
		`mount -n --bind ${quoteShell(lower)} lower`,
		orElse(mountHere(target, ",userxattr"), otherwise),
		"cd /",
	];
}

const orElse = (step: string, otherwise: string | undefined) =>
	otherwise === undefined ? step : `${step} 2>/dev/null || { cd /; ${otherwise}; }`;

export function prepareLayers(layers: readonly { readonly scratch: Path; readonly mode: number }[]): string[] {
	const folders = layers.flatMap(({ scratch }) => ["lower", "upper", "work"].map((name) => join(scratch, name)));
	const uppersOf = (mode: number) => layers.flatMap((layer) => (layer.mode === mode ? join(layer.scratch, "upper") : []));
	return [
		`mkdir -p ${words(folders)}`,
		...[...new Set(layers.map(({ mode }) => mode))].map((mode) => `chmod ${mode.toString(8)} ${words(uppersOf(mode))}`),
	];
}

const words = (paths: readonly Path[]) => paths.map((path) => quoteShell(path)).join(" ");

const mountHere = (target: string, options: string) =>
	`mount -n -t overlay -o lowerdir=lower,upperdir=upper,workdir=work${options} overlay ${target}`;
