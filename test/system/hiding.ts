/** Words before a command that makes these programs impossible to execute, for this command only: a bind mount covers each with /dev/null. */
export function hiding(...programs: readonly string[]): string[] {
	const script = 'while [ "$1" != -- ]; do mount -n --bind /dev/null "$1"; shift; done; shift; exec "$@"';
	return ["unshare", "--mount", "--propagation", "private", "sh", "-euc", script, "sh", ...programs, "--"];
}
