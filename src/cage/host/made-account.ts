import { unlink } from "node:fs/promises";
import * as v from "valibot";
import { ifMissing } from "../../base/host/errors.ts";
import { readJson, writeJson } from "../../base/host/text-files.ts";
import { changeTreeOwner } from "../../base/host/trees.ts";
import { join, type Path, pathToBytes } from "../../base/path/path.ts";
import type { MadeAccount, MadeAccounts } from "../ports.ts";
import { madeAccountName } from "./cages.ts";

const schemaOfAccount = "cagewright/account/1";
const madeAccountSchema = v.object({
	schema: v.literal(schemaOfAccount),
	name: v.string(),
	uid: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
});

/** `directory` is a cage's own folder. */
export function madeAccounts(directory: (name: string) => Path): MadeAccounts {
	return {
		made: (name) => readMadeAccount(directory(name)),
		saveMade: (name, account) => writeMadeAccount(directory(name), account),
		changeDataOwner: (name, change) => changeTreeOwner(join(directory(name), "data"), change),
	};
}

/** Throws `account-file-damaged` or `state-newer` (exit 1). */
export async function readMadeAccount(cage: Path): Promise<MadeAccount | undefined> {
	const stateFile = { schema: schemaOfAccount, code: "account-file-damaged" } as const;
	const read = await readJson(join(cage, madeAccountName), madeAccountSchema, stateFile);
	if (read === undefined) return undefined;
	const { schema: _, ...account } = read;
	return account;
}

export async function writeMadeAccount(cage: Path, account: MadeAccount | undefined): Promise<void> {
	const file = join(cage, madeAccountName);
	if (account) return writeJson(file, { schema: schemaOfAccount, ...account });
	await unlink(pathToBytes(file)).catch(ifMissing(undefined));
}
