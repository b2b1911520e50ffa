// Sending of files, with a look at how much is sent.

import { refusal, ServerError } from "./api.js";
import { t } from "./texts.js";

/**
 * Sends files.
 *
 * @param {File[]} files
 * @param {(fraction: number) => void} onProgress Called with the fraction that is sent.
 * @returns {Promise<Api.UploadInfo>}
 */
export function upload(files, onProgress) {
  const form = new FormData();
  for (const file of files) form.append("files", file, file.name);
  const request = new XMLHttpRequest(); // fetch does not report how much is sent
  request.open("POST", "api/uploads");
  request.upload.onprogress = ({ lengthComputable, loaded, total }) => {
    if (lengthComputable) onProgress(loaded / total);
  };
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(new ServerError(t("error.unreachable"), 0));
    request.onload = () => {
      if (request.status < 300) resolve(JSON.parse(request.responseText));
      else reject(refusal(request.status, request.responseText));
    };
    request.send(form);
  });
}
