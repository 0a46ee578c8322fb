/** Words before a command that then cannot execute these programs: a file that is none lies over each of them, for nobody else. */
export function hiding(...programs: readonly string[]): string[] {
	const script = 'while [ "$1" != -- ]; do mount -n --bind /dev/null "$1"; shift; done; shift; exec "$@"';
	return ["unshare", "--mount", "--propagation", "private", "sh", "-euc", script, "sh", ...programs, "--"];
}
