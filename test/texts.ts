import { catalogueDe } from "../src/messages/de/catalogue.ts";
import { catalogueEn } from "../src/messages/en/catalogue.ts";
import { type Language, type Messages, messagesFor } from "../src/messages/messages.ts";

export const catalogues = { en: catalogueEn, de: catalogueDe } as const;

/** Returns all texts by key. A function counts with its source text. */
export function texts(value: unknown, path = ""): [string, string][] {
	if (typeof value === "string") return [[path, value]];
	if (typeof value === "function") return [[path, String(value)]];
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([key, one]) => texts(one, path === "" ? key : `${path}.${key}`));
}

/** All texts of a part of the catalogue. */
export function textsIn(value: unknown): string[] {
	if (typeof value === "string") return [value];
	return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

export const messagesIn = (language: Language): Messages => messagesFor(catalogues[language]);
