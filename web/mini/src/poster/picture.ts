/**
 * A poster as a picture. It is drawn on a canvas nobody sees and shown as an image: a canvas on the
 * page comes out cropped on high-density screens, and only an image can be pressed to save.
 */
import { draw, height, width, type Photo, type Poster } from './draw'

type Loadable = { src: string; width: number; height: number; onload: (() => void) | null; onerror: ((reason?: unknown) => void) | null }

/** No picture is no reason for no poster: what cannot be loaded in time is left out. */
function load(image: Loadable, src: string): Promise<Photo | null> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(null), 6000)
    image.onload = () => {
      clearTimeout(late)
      resolve({ image: image as unknown as CanvasImageSource, width: image.width, height: image.height })
    }
    image.onerror = () => {
      clearTimeout(late)
      resolve(null)
    }
    image.src = src
  })
}

// #ifdef H5
export async function paint(poster: Poster, src: string | undefined): Promise<string> {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const pen = canvas.getContext('2d')!
  const image = new Image()
  image.crossOrigin = 'anonymous' // or the canvas could not be read back
  draw(pen, poster, src ? await load(image as unknown as Loadable, src) : null)
  return canvas.toDataURL('image/png')
}
// #endif

// #ifdef MP-WEIXIN
interface Sheet {
  width: number
  height: number
  getContext(kind: '2d'): CanvasRenderingContext2D
  createImage(): Loadable
}

/** `node` is the page's off-screen canvas. */
export async function paintOn(node: Sheet, poster: Poster, src: string | undefined): Promise<string> {
  node.width = width
  node.height = height
  draw(node.getContext('2d'), poster, src ? await load(node.createImage(), src) : null)
  return new Promise((resolve, reject) => {
    uni.canvasToTempFilePath({
      canvas: node,
      destWidth: width,
      destHeight: height,
      fileType: 'png',
      success: (file: { tempFilePath: string }) => resolve(file.tempFilePath),
      fail: reject,
    } as unknown as UniApp.CanvasToTempFilePathOptions)
  })
}
// #endif
