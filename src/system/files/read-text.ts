import type { Path } from "../../core/path/path.ts";
import { openForReading } from "./descriptor.ts";
import { errorName } from "./errors.ts";

/**
 * The text of a file of our own. Empty where a link, a directory, a FIFO or a device stands in its place, which is damage to whoever reads it: nothing is
 * followed and nothing waited for. Fails as open(2) does.
 */
export async function readText(path: Path): Promise<string> {
	const file = await openForReading(path).catch((error: unknown) => {
		if (errorName(error) === "ELOOP") return undefined;
		throw error;
	});
	try {
		return (await file?.stat())?.isFile() ? ((await file?.readFile("utf8")) ?? "") : "";
	} finally {
		await file?.close();
	}
}
