import { join, type Path } from "../path/path.ts";
import { quoteShell } from "../path/quote.ts";

/**
 * An overlay whose layers are named relative to its scratch folder: no character of a path can end an option (overlayfs takes
 * `,` and `:` as separators). The upper layer's root is what is seen, so it takes over owner and mode of what it covers. Without root all of it is
 * the user's anyhow, and the overlay keeps its marks in attributes of users (`userxattr`), the only ones that a user namespace may set.
 */
export function overlayIn(scratch: Path, lower: Path, target: string, flags: string, isRootless: boolean): string[] {
	return [
		`cd ${quoteShell(scratch)}`,
		"mkdir -p lower upper work",
		`mount -n --bind ${quoteShell(lower)} lower`,
		...(isRootless ? [] : ["chown --reference=lower upper"]),
		"chmod --reference=lower upper",
		mountHere(target, `${isRootless ? ",userxattr" : ""}${flags}`),
		"cd /",
	];
}

/** What an overlay of the sandbox covers, and where its layers are. `mode` is that of the upper layer's root where its owner cannot be taken over. */
export interface SandboxLayer {
	readonly path: Path;
	readonly scratch: Path;
	readonly mode?: number;
}

/**
 * The same for a layer of the sandbox, which was prepared before: there may be dozens of them, and strace stops each program of these steps at
 * each call. `otherwise` is the step for a file system that cannot be a lower layer: FAT (names without case), NFS with automounts.
 */
export function preparedOverlay(scratch: Path, target: string, flags: string, otherwise: string | undefined): string[] {
	const mount = mountHere(target, flags);
	return [
		`cd ${quoteShell(scratch)}`,
		otherwise === undefined ? mount : `${mount} 2>/dev/null || { cd /; ${otherwise}; }`,
		"cd /",
	];
}

/** Prepares layers in a file system that only the launch itself sees. Otherwise the launcher does it (`makeLayer`). */
export function prepareLayers(layers: readonly SandboxLayer[]): string[] {
	const upper = ({ scratch }: SandboxLayer) => quoteShell(join(scratch, "upper"));
	const folders = layers.flatMap((layer) => [upper(layer), quoteShell(join(layer.scratch, "work"))]);
	return [
		`mkdir -p ${folders.join(" ")}`,
		...layers.flatMap((layer) => {
			const { mode, path, scratch } = layer;
			const link = `ln -s -- ${quoteShell(path)} ${quoteShell(join(scratch, "lower"))}`;
			if (mode !== undefined) return [link, `chmod ${mode.toString(8)} ${upper(layer)}`];
			return [link, ...["chown", "chmod"].map((program) => `${program} --reference=${quoteShell(path)} ${upper(layer)}`)];
		}),
	];
}

/**
 * Without redirects, which some kernels make by default, a directory of the host cannot be renamed: a first run could put a link in the place of one on the way to a
 * mount, and the second launch would mount over what that leads to on the host.
 */
const mountHere = (target: string, options: string) =>
	`mount -n -t overlay -o lowerdir=lower,upperdir=upper,workdir=work,redirect_dir=nofollow${options} overlay ${target}`;
