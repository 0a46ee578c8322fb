import { catalogueDe } from "../src/messages/de/catalogue.ts";
import { catalogueEn } from "../src/messages/en/catalogue.ts";
import { type Language, type Messages, messagesFor } from "../src/messages/messages.ts";

export const catalogues = { en: catalogueEn, de: catalogueDe } as const;

/** All texts of a part of the catalogue. */
export function textsIn(value: unknown): string[] {
	if (typeof value === "string") return [value];
	return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

export const messagesIn = (language: Language): Messages => messagesFor(catalogues[language]);
