import type { Path } from "../path/path.ts";
import { quoteShell } from "../path/quote.ts";

/**
 * An overlay whose layers are named relative to its scratch folder: no character of a path can end an option (overlayfs takes
 * `,` and `:` as separators). The upper layer's root is what is seen, so it takes over owner and mode of what it covers.
 */
export function overlayIn(scratch: Path, lower: Path, target: string, flags: string): string[] {
	return [
		`cd ${quoteShell(scratch)}`,
		"mkdir -p lower upper work",
		`mount -n --bind ${quoteShell(lower)} lower`,
		"chown --reference=lower upper",
		"chmod --reference=lower upper",
		`mount -n -t overlay -o lowerdir=lower,upperdir=upper,workdir=work${flags} overlay ${target}`,
		"cd /",
	];
}
