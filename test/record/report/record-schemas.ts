import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { Ajv } from "ajv";
import { programFolder } from "../../../src/base/host/release.ts";

const parsed = (file: string): object => JSON.parse(readFileSync(file, "utf8"));
const record = new Ajv({ allErrors: true }).compile(parsed(`${programFolder()}/templates/record-schema.json`));

/** Returns the violations of `templates/record-schema.json`, or an empty list. */
export const recordProblems = (value: unknown) => (record(value) ? [] : record.errors);

const library = dirname(createRequire(import.meta.url).resolve("@cyclonedx/cyclonedx-library/package.json"));
const cycloneDxSchema = (name: string) => parsed(`${library}/res/schema/${name}.SNAPSHOT.schema.json`);
/** CycloneDX's schema uses these formats, which JSON Schema does not define. Only the one that we write is checked. */
const formats = { "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, "iri-reference": true, "idn-email": true } as const;
const ajv = new Ajv({ allErrors: true, strict: false, formats });
for (const name of ["spdx", "jsf-0.82", "cryptography-defs"])
	ajv.addSchema(cycloneDxSchema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
const cycloneDx = ajv.compile(cycloneDxSchema("bom-1.6"));

/** Returns the violations of CycloneDX's schema, or an empty list. */
export const cycloneDxProblems = (value: unknown) => (cycloneDx(value) ? [] : cycloneDx.errors);
