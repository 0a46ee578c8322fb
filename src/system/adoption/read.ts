import type { Adoption } from "../../core/adoption/adoption.ts";
import { Failure } from "../../core/failure.ts";
import type { Path } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { errorName } from "../files/errors.ts";
import { readText } from "../files/read-text.ts";
import { adoptionFromJson } from "./adoption-json.ts";

/** Undefined where the cage has taken no service over. Throws `state-damaged` (exit 1). */
export async function readAdoption(file: Path): Promise<Adoption | undefined> {
	let text: string;
	try {
		text = await readText(file);
	} catch (error) {
		if (errorName(error) === "ENOENT" || errorName(error) === "ENOTDIR") return undefined;
		throw error;
	}
	const adoption = adoptionFromJson(text);
	if (adoption === undefined) throw new Failure("state-damaged", { path: showPath(file) });
	return adoption;
}
