/** The video, or the picture that stands in for one: where it is, and going elsewhere. */

import { $, show } from "./dom.js";

const INSIDE = 0.002; // seconds into a frame, so that rounding does not show the one before

export class Player {
  /** `moved` hears the row that is shown, `changed` that playing began or ended. */
  constructor(recording, url, moved, changed) {
    Object.assign(this, { recording, moved, changed });
    this.video = $("video");
    this.row = 0;
    this.isVideo = recording.facts.playback === "playback.mp4";
    show("video", this.isVideo);
    show("picture", recording.facts.playback === "playback.jpg");
    show("transport", this.isVideo);
    if (this.isVideo) this.open(url);
    else if (recording.facts.playback) $("picture").src = url;
  }

  open(url) {
    const { video } = this;
    this.listening = new AbortController();
    const on = (name, heard) => video.addEventListener(name, heard, { signal: this.listening.signal });
    for (const name of ["play", "pause", "ended"]) on(name, () => this.changed(this.playing));
    on("seeked", () => this.report(video.currentTime));
    if (video.requestVideoFrameCallback) this.watchFrames();
    else on("timeupdate", () => this.report(video.currentTime));
    video.src = url;
  }

  /** Hear of every frame when it is shown, with its own time. */
  watchFrames() {
    const { signal } = this.listening;
    const heard = (_, frame) => {
      if (signal.aborted) return;
      this.report(frame.mediaTime);
      this.video.requestVideoFrameCallback(heard);
    };
    this.video.requestVideoFrameCallback(heard);
  }

  report(time) {
    if (this.video.seeking) return; // a frame of before; the wanted one is shown already
    this.arrive(this.recording.rowAt(time + this.start));
  }

  arrive(row) {
    if (row === this.row) return;
    this.row = row;
    this.moved(row);
  }

  /** The copy begins at 0 where the recording has its first frame. */
  get start() {
    return this.recording.times[0] ?? 0;
  }

  get playing() {
    return this.isVideo && !this.video.paused && !this.video.ended;
  }

  toggle() {
    if (!this.isVideo) return;
    if (this.playing) this.video.pause();
    else this.video.play().catch(() => {}); // paused again before it began
  }

  /** Go to a row; everything that shows it does so at once, the picture when it is decoded. */
  seek(row) {
    const wanted = Math.min(Math.max(row, 0), this.recording.length - 1);
    if (this.isVideo) this.video.currentTime = this.recording.times[wanted] - this.start + INSIDE;
    this.arrive(wanted);
  }

  step(rows) {
    if (this.isVideo) this.video.pause();
    this.seek(this.row + rows);
  }

  /** Go to a time in seconds; outside of the video is its end. */
  seekTime(seconds) {
    this.seek(this.recording.rowAt(seconds));
  }

  set speed(rate) {
    this.video.playbackRate = rate;
  }

  close() {
    this.listening?.abort();
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load(); // lets go of what it holds
    $("picture").removeAttribute("src");
  }
}
