export interface CatalogueMessage {
  file: string;
  /** As written, or empty where it depends on a value. */
  text: string;
  variables: Set<string>;
}
export const FOLDER: string;
export function readCatalogue(folder?: string): {
  languages: Record<string, Map<string, CatalogueMessage>>;
  faults: string[];
};
