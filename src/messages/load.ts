import type { HelpMessages } from "./en/help.ts";
import { type Catalogue, type Language, type Messages, messagesFor } from "./messages.ts";

/** Loads the texts of one language. Loading both would double the largest part of a short command's start. */
export async function loadMessages(language: Language): Promise<Messages> {
	return messagesFor(await loadCatalogue(language));
}

async function loadCatalogue(language: Language): Promise<Catalogue> {
	if (language === "de") return (await import("./de/catalogue.ts")).catalogueDe;
	return (await import("./en/catalogue.ts")).catalogueEn;
}

/** The texts of `--help` and of wrong usage. */
export async function loadHelp(language: Language): Promise<HelpMessages> {
	if (language === "de") return (await import("./de/help.ts")).helpDe;
	return (await import("./en/help.ts")).helpEn;
}
