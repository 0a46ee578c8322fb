import { readFile } from "node:fs/promises";
import { Failure } from "../../core/failure.ts";
import { isWithin, type Path } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";

/** Mount points at or below a directory, as this process sees them (proc_pid_mountinfo(5); odd bytes are written in octal there). */
export async function mountsWithin(directory: Path): Promise<Path[]> {
	const text = await readFile("/proc/self/mountinfo", "latin1");
	const points = text.split("\n").flatMap((line) => line.split(" ")[4] ?? []);
	const unescaped = points.map((point) =>
		point.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))),
	);
	return (unescaped as Path[]).filter((point) => isWithin(point, directory));
}

/** Fails with `mounted-below` (exit 4) where something is mounted at or below a real path: removing it would empty what is mounted. */
export async function refuseMounts(directory: Path): Promise<void> {
	const [mount] = await mountsWithin(directory);
	if (mount !== undefined) throw new Failure("mounted-below", { path: showPath(directory), mount: showPath(mount) }, 4);
}
