import { layoutAt } from "./layout.ts";

layoutAt(60, 15);
layoutAt(40, 12);
