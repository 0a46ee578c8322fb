import { createHmac, randomBytes } from "node:crypto";
import { join, type Path, pathFromText } from "../path/path.ts";
import { ifMissing } from "./errors.ts";
import { readBytes, writeAtomic } from "./text-files.ts";

const keyName = pathFromText(".key");

/**
 * Returns a name for content that may be secret. The same content gets the same name in a folder. Units show the name to every account,
 * and nobody can test a guess of the content against it, because it depends on a key in `folder` that only root reads.
 */
export async function keyedName(folder: Path, content: readonly Uint8Array[]): Promise<Path> {
	const hash = createHmac("sha256", await keyOf(folder));
	for (const bytes of content) hash.update(bytes);
	return pathFromText(hash.digest("hex").slice(0, 12));
}

async function keyOf(folder: Path): Promise<Buffer> {
	const place = join(folder, keyName);
	const present = await readBytes(place).catch(ifMissing(undefined));
	if (present) return present;
	const key = randomBytes(32);
	await writeAtomic(place, key, 0o600);
	return key;
}
