import { catalogueDe } from "../src/messages/de/catalogue.ts";
import { catalogueEn } from "../src/messages/en/catalogue.ts";
import { type Language, type Messages, messagesFor } from "../src/messages/messages.ts";

export const catalogues = { en: catalogueEn, de: catalogueDe } as const;

export function messagesIn(language: Language): Messages {
	return messagesFor(catalogues[language]);
}
