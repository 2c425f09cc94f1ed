/**
 * The live video of a camera while its element can be seen. Where the browser cannot play it, or the connection cannot be
 * had, it says so, and the tile goes over to a picture a second.
 */

import { Player, playable } from './player';
import { isConnected } from '../live/state';
import { View, type Message } from '../live/view';
import { conditionOf, type Condition } from './edge';
import { lifting, type Lift } from './lift';
import { whileSeen } from './sight';

/**
 * Why there is no video: the browser has no decoder, playing failed again and again, no connection can be had, or the hub
 * burns masks into as many cameras as it can.
 */
export type Without = 'codec' | 'player' | 'connection' | 'masks';

const MAX_FAULTS = 3;
const LOOK_MS = 500;

export class LiveVideo {
  /** A picture of the stream is on the screen. */
  playing = $state.raw(false);
  /** null: there is video, or will be. */
  without = $state.raw<Without | null>(null);
  codec = $state.raw('');
  /** When the picture on the screen was taken, in milliseconds since the epoch. */
  frameTime = $state.raw<number | null>(null);
  condition = $state.raw<Condition>('live');
  /** Width by height. */
  ratio = $state.raw(16 / 9);

  #view: View | null = null;
  #player: Player | null = null;
  #faults = 0;
  #shownAt = 0;

  constructor(
    readonly camera: () => string,
    readonly stream: () => 'main' | 'sub',
    /** The hub's clock, in milliseconds. */
    readonly now: () => number,
    readonly onSignedOut: () => void,
    readonly lift: () => Lift | null = () => null,
  ) {}

  /** Plays into `video` while `tile` can be seen; the answer ends it. */
  show(tile: HTMLElement, video: HTMLVideoElement): () => void {
    const leave = (): void => {
      this.#view?.stop();
      this.#view = null;
      this.#end();
    };
    const seen = whileSeen(tile, (isSeen) => {
      leave();
      if (!isSeen) return;
      this.#faults = 0;
      this.without = null;
      this.#view = new View(addressOf(this.camera(), this.stream(), lifting(this.lift())), {
        onMessage: (message) => this.#heard(message, video),
        onBytes: (bytes) => this.#player?.append(bytes),
        onLost: (hopeless) => {
          this.#end();
          if (hopeless) this.without = 'connection';
        },
        onSignedOut: this.onSignedOut,
      });
      this.#view.start();
    });
    const timer = setInterval(() => this.#look(), LOOK_MS);
    return () => {
      clearInterval(timer);
      seen();
      leave();
    };
  }

  #heard(message: Message, video: HTMLVideoElement): void {
    if (message.type === 'init') this.#begin(message.mime, message.codec, message.width / message.height, video);
    else if (message.type === 'key') this.#player?.clock(message.media_s, Date.parse(message.at));
    else if (message.type === 'end') this.#end();
    else if (message.type === 'unsupported') this.#give(message.code === undefined ? 'codec' : 'masks', message.codec);
    else if (message.type === 'state' && !isConnected(message.state)) this.#end();
    if (message.type === 'state' && this.without === 'connection') this.without = null;
  }

  #begin(mime: string, codec: string, ratio: number, video: HTMLVideoElement): void {
    this.#end();
    if (!playable(mime)) return this.#give('codec', codec);
    this.without = null;
    this.codec = codec;
    this.ratio = ratio > 0 ? ratio : 16 / 9;
    this.#player = new Player(video, mime, {
      onPicture: (takenAt) => {
        this.#shownAt = this.now();
        this.frameTime = takenAt;
        this.playing = true;
      },
      onFault: () => {
        this.#faults += 1;
        this.#end();
        if (this.#faults >= MAX_FAULTS) this.#give('player', codec);
        else this.#view?.again();
      },
    });
  }

  /** Until it is looked at anew: nothing that cannot be shown is pulled. */
  #give(why: Without, codec: string): void {
    this.#view?.stop();
    this.#end();
    this.codec = codec;
    this.without = why;
  }

  #end(): void {
    this.#player?.stop();
    this.#player = null;
    this.playing = false;
    this.frameTime = null;
  }

  #look(): void {
    if (this.playing) this.condition = conditionOf(this.now(), this.#shownAt, this.frameTime);
  }
}

function addressOf(camera: string, stream: string, lift: string): string {
  const url = new URL(`/api/v1/cameras/${encodeURIComponent(camera)}/live?stream=${stream}${lift}`, location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
