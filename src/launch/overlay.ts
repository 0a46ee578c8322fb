import { join, type Path } from "../base/path/path.ts";
import { quoteShell } from "../base/path/quote.ts";

/** Share of the machine's memory (tmpfs(5)) for a launch's changes if no disk can hold the layers. */
export const layersSize = "40%";

interface OverlayLayers {
	readonly lower: Path;
	/** The folder for the other layers. */
	readonly scratch: Path;
	readonly inMemory?: boolean;
}

/**
 * Mounts an overlay whose layers are relative to its scratch folder, because overlayfs takes `,` and `:` in a path as
 * separators. The upper layer's root is visible, so it copies owner and mode of the covered directory. Without root everything
 * belongs to the user, and overlayfs stores its marks in user attributes (`userxattr`), the only ones that a user namespace may
 * set.
 */
export function overlayIn(
	{ inMemory, lower, scratch }: OverlayLayers,
	target: string,
	flags: string,
	isRootless: boolean,
): string[] {
	return [
		...(inMemory ? [`mount -n -t tmpfs -o mode=700,size=${layersSize} tmpfs ${quoteShell(scratch)}`] : []),
		`cd ${quoteShell(scratch)}`,
		"mkdir -p lower upper work",
		`mount -n --bind ${quoteShell(lower)} lower`,
		...(isRootless ? [] : ['chown "$(stat -c %u:%g lower)" upper']),
		'chmod "$(stat -c %a lower)" upper',
		mountHere(target, `${isRootless ? ",userxattr" : ""}${flags}`),
		"cd /",
	];
}

/** A sandbox overlay. `mode` is the mode of the upper layer's root if it cannot copy the owner. */
export interface SandboxLayer {
	readonly path: Path;
	readonly scratch: Path;
	readonly mode?: number;
}

/**
 * Mounts a prepared sandbox layer. There may be dozens, and strace stops each program of these steps at each call. `otherwise`
 * is the step for file systems that cannot be a lower layer: FAT (case-insensitive) or NFS with automounts.
 */
export function preparedOverlay(scratch: Path, target: string, flags: string, otherwise: string | undefined): string[] {
	const mount = mountHere(target, flags);
	return [
		`cd ${quoteShell(scratch)}`,
		otherwise === undefined ? mount : `${mount} 2>/dev/null || { cd /; ${otherwise}; }`,
		"cd /",
	];
}

/** Prepares layers in a file system that only the launch sees. In other cases the launcher does it (`makeLayer`). */
export function prepareLayers(layers: readonly SandboxLayer[]): string[] {
	const upper = ({ scratch }: SandboxLayer) => quoteShell(join(scratch, "upper"));
	const folders = layers.flatMap((layer) => [upper(layer), quoteShell(join(layer.scratch, "work"))]);
	return [
		`mkdir -p ${folders.join(" ")}`,
		...layers.flatMap((layer) => {
			const { mode, path, scratch } = layer;
			const link = `ln -s -- ${quoteShell(path)} ${quoteShell(join(scratch, "lower"))}`;
			if (mode !== undefined) return [link, `chmod ${mode.toString(8)} ${upper(layer)}`];
			const as = `--reference=${quoteShell(path)} ${upper(layer)}`;
			return [link, `chown ${as}`, `chmod ${as}`];
		}),
	];
}

/**
 * Redirects, the default of some kernels, would allow renaming a host directory: the first run could replace a directory above
 * a mount by a link, and the second launch would mount over its target on the host.
 */
const mountHere = (target: string, options: string) =>
	`mount -n -t overlay -o lowerdir=lower,upperdir=upper,workdir=work,redirect_dir=nofollow${options} overlay ${target}`;
