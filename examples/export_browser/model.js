/** An exported model in the browser, by onnxruntime-web. Copy what you need. */

// Where onnxruntime-web lies: what `npm install` puts here, a folder of yours, or an address.
export const ORT = "./node_modules/onnxruntime-web/dist/";

// What `facs export` wrote.
export const MODEL = "./exported/";

/** Open the spatial stream of the model in `folder`; `precision` is fp32, fp16 or int8. */
export async function openModel(precision = "fp32", folder = MODEL, ort = ORT) {
  const here = new URL(ort, document.baseURI).href;
  const runtime = await import(`${here}ort.wasm.min.mjs`);
  runtime.env.wasm.wasmPaths = here;
  runtime.env.wasm.numThreads = 1; // more need a page that is isolated from other origins
  const facts = await (await fetch(`${folder}model.json`)).json();
  const file = facts.files.find((one) => one.stream === "spatial" && one.precision === precision);
  const session = await runtime.InferenceSession.create(folder + file.name);
  return new Model(runtime, facts, session);
}

export class Model {
  constructor(runtime, facts, session) {
    Object.assign(this, { runtime, facts, session });
  }

  /** Raw scores of one aligned grey face, S * S bytes, row after row. */
  async scores(crop) {
    const { size } = this.facts.crop;
    const tensor = new this.runtime.Tensor("uint8", crop, [1, size, size]);
    const { scores } = await this.session.run({ crop: tensor });
    return scores.data;
  }

  /** For each unit its probability, intensity (0 to 5), letter, and whether it is on. */
  async units(crop) {
    const scores = await this.scores(crop);
    const columns = this.facts.columns.map((column, i) => [column.name, this.letters(scores[i], i)]);
    const reached = new Map(columns);
    return this.facts.units.map((unit) => {
      const sides = unit.columns.map((name) => reached.get(name));
      const probability = Math.max(...sides.map((letters) => letters[0]));
      const intensity = Math.max(...sides.map((letters) => letters.reduce((a, b) => a + b)));
      const letter = ["", "A", "B", "C", "D", "E"][Math.floor(intensity + 0.5)];
      return { unit: unit.unit, name: unit.name, probability, intensity, letter, on: probability >= unit.on };
    });
  }

  /** Probabilities that the letters A to E are reached, from the score of a column. */
  letters(score, column) {
    const { slope, cuts } = this.facts.calibration.spatial;
    return cuts[column].map((cut) => 1 / (1 + Math.exp(cut - slope[column] * score)));
  }
}

/** How far the probabilities of the face in `example.json` are off at most, and how far they may be. */
export async function check(model, precision = "fp32", folder = MODEL) {
  const example = await (await fetch(`${folder}example.json`)).json();
  const { crops, middle, precisions, tolerances } = example;
  const bytes = Uint8Array.from(atob(crops.grey_base64), (letter) => letter.charCodeAt(0));
  const size = bytes.length / crops.shape[0];
  const units = await model.units(bytes.slice(middle * size, (middle + 1) * size));
  const wanted = precisions[precision].picture;
  const off = Math.max(...units.map(({ unit, probability }) => Math.abs(probability - wanted[unit])));
  return { off, may: tolerances[precision === "int8" ? "probability_int8" : "probability"] };
}

/** Grey levels of a picture that has been loaded, drawn to the crop's size if it has another. */
export function greyOf(image, { size, grey_of_rgb: [red, green, blue] }) {
  const canvas = new OffscreenCanvas(size, size);
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0, size, size);
  const { data } = pen.getImageData(0, 0, size, size);
  const grey = new Uint8Array(size * size);
  for (let i = 0; i < grey.length; i += 1) {
    grey[i] = Math.round(red * data[4 * i] + green * data[4 * i + 1] + blue * data[4 * i + 2]);
  }
  return grey;
}
