/** A canvas for tests: the test environment has none. */

export interface Call {
  name: string;
  numbers: number[];
  text: string;
}

function image([width, height]: [number, number]): ImageData {
  return { width, height, data: new Uint8ClampedArray(width * height * 4), colorSpace: "srgb" } as ImageData;
}

/** A 2D context of which every call is kept; a letter is 6 pixels wide. */
export function recorder(): { context: CanvasRenderingContext2D; calls: Call[] } {
  const calls: Call[] = [];
  const context = new Proxy({} as Record<string, unknown>, {
    get: (kept, name: string) =>
      kept[name] ??
      ((...values: unknown[]) => {
        calls.push({
          name,
          numbers: values.filter((value) => typeof value === "number"),
          text: typeof values[0] === "string" ? values[0] : "",
        });
        if (name === "createImageData") return image(values as [number, number]);
        return { width: String(values[0]).length * 6 };
      }),
    set: (kept, name: string, value: unknown) => {
      kept[name] = value;
      return true;
    },
  });
  return { context: context as unknown as CanvasRenderingContext2D, calls };
}
