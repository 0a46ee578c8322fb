import { chmodSync, readdirSync, rmSync } from "node:fs";

/**
 * Takes a scratch folder away with all that was thrown into it. Where we are not root, an overlay leaves directories behind that
 * even their owner may not enter (its `work/work` has mode 0), so those are opened first. Nobody else can reach into the folder.
 */
export function removeScratch(folder: string): void {
	try {
		rmSync(folder, { recursive: true, force: true });
	} catch (error) {
		if (!["EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
		open(Buffer.from(folder));
		rmSync(folder, { recursive: true, force: true });
	}
}

function open(folder: Buffer): void {
	chmodSync(folder, 0o700);
	for (const entry of readdirSync(folder, { withFileTypes: true, encoding: "buffer" })) {
		if (entry.isDirectory()) open(Buffer.concat([folder, Buffer.from("/"), entry.name]));
	}
}
