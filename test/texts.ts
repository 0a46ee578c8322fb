import { catalogueDe } from "../src/messages/de/catalogue.ts";
import { catalogueEn } from "../src/messages/en/catalogue.ts";
import { type Language, type Messages, messagesFor } from "../src/messages/messages.ts";

export const catalogues = { en: catalogueEn, de: catalogueDe } as const;

export const messagesIn = (language: Language): Messages => messagesFor(catalogues[language]);
