export interface CatalogueMessage {
  file: string;
  variables: Set<string>;
}
export const FOLDER: string;
export function readCatalogue(folder?: string): {
  languages: Record<string, Map<string, CatalogueMessage>>;
  faults: string[];
};
