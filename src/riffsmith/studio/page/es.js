export default {
  "page": {
    "skip": "Ir al contenido",
    "tagline": "Música sin fin, aprendida de grabaciones",
    "sections": "Secciones",
    "language": "Idioma",
    "close": "Cerrar",
    "footer": "Riffsmith {version}"
  },
  "error": {
    "seed":
      "Una semilla es un número entero de 0 a {most:plain}. {found} no lo es, así que se queda la semilla anterior.",
    "unreachable":
      "El estudio no responde: quizá se haya detenido. Esta página sigue en cuanto vuelva.",
    "unknown": "Algo salió mal (código {status:plain}): inténtelo de nuevo.",
    "no_models":
      "Aún no hay ningún modelo: entrene uno en la sección siguiente, o abra el estudio con --model y la carpeta de un entrenamiento."
  },
  "listen": {
    "title": "Escuchar",
    "stage": "La pieza que suena ahora",
    "model": "Modelo",
    "alone": "{title} (solo clips)",
    "credits": {
      "one": "Aprendido de una grabación",
      "other": "Aprendido de {count} grabaciones"
    },
    "play": "Reproducir",
    "pause": "Pausa",
    "seed": "Semilla",
    "dice": "Otra semilla",
    "volume": "Volumen",
    "keeping": "Guardando…",
    "kept": "Guardados {seconds:whole} s en el estante: {title}.",
    "controls": "Mandos",
    "controls_hint": "Cada cambio se oye en menos de un segundo.",
    "changing": "Cambiando…",
    "changed": "Se oye en {seconds:tenths} s…",
    "spectrogram":
      "Imagen del sonido en movimiento: el tiempo corre hacia la izquierda, la altura es el tono de {low} Hz a {high} kHz y el brillo es la fuerza.",
    "idle": "Pulse reproducir. La pieza no acaba nunca, y una misma semilla da siempre la misma."
  },
  "state": {
    "idle": "Listo",
    "starting": "Se está preparando la pieza…",
    "playing": "Sonando",
    "paused": "En pausa",
    "late": "Este ordenador es demasiado lento para tocarla sin pausas.",
    "away": "Se perdió la conexión: intentándolo de nuevo…"
  },
  "meter": {
    "level": "Nivel",
    "peak": "Pico",
    "rms": "RMS",
    "centre": "Centroide espectral",
    "db": "{value:whole} dB",
    "hz": "{value:whole} Hz",
    "silence": "silencio",
    "text": "pico {peak}, RMS {rms}",
    "buffer": "Listo para sonar",
    "seconds": "{value:tenths} s"
  },
  "knob": {
    "auto": "auto",
    "auto_for": "Dejar {name} a la semilla",
    "intensity": "Intensidad",
    "intensity_low": "calma",
    "intensity_high": "furia",
    "brightness": "Brillo",
    "brightness_low": "oscuro",
    "brightness_high": "claro",
    "tempo": "Tempo",
    "tempo_low": "lento",
    "tempo_high": "rápido",
    "bpm": "{value:hundredths} ppm",
    "variation": "Variación",
    "variation_low": "un solo aire",
    "variation_high": "todos los aires",
    "form": "Forma",
    "form_low": "nunca igual",
    "form_high": "un solo riff",
    "key": "Tonalidad",
    "key_low": "do",
    "key_high": "si",
    "tonics": "do do♯ re mi♭ mi fa fa♯ sol la♭ la si♭ si",
    "transpose": "Transporte",
    "transpose_low": "una octava abajo",
    "transpose_high": "una octava arriba",
    "semitones": { "one": "{count:whole} semitono", "other": "{count:whole} semitonos" },
    "morph": "Transición",
    "morph_low": "de golpe",
    "morph_high": "poco a poco",
    "morph_to": "A la semilla",
    "morph_seconds": "Tiempo de la transición",
    "morph_dice": "Otra semilla de destino",
    "within": "en {value:whole} s",
    "off": "no",
    "switch": "Transición a otra semilla"
  },
  "undo": {
    "undo": "Deshacer",
    "undo_it": "Deshacer el último cambio (Ctrl+Z)",
    "redo_it": "Rehacer lo deshecho (Ctrl+Mayús+Z)"
  },
  "preset": {
    "list": "Ajustes guardados de los mandos",
    "choose": "Elija un ajuste…",
    "none": "Aún no hay ajustes",
    "name": "Nombre de un ajuste",
    "save": "Guardar los mandos",
    "saved": "Guardado como ajuste «{name}», en este navegador.",
    "overwritten": "El ajuste «{name}» tiene ahora estos mandos.",
    "delete": "Borrar ajuste",
    "deleted": "Borrado: ajuste «{name}».",
    "name_wrong":
      "El nombre de un ajuste tiene de 1 a {most} caracteres: escriba uno en el campo y guarde después.",
    "too_many":
      "Hay {most} ajustes, que es el máximo: borre uno, o guarde con un nombre que ya exista.",
    "not_kept":
      "El navegador no ha guardado nada: está lleno, o tiene orden de no guardar nada de esta página.",
    "lost": {
      "one":
        "Un ajuste, o la lista entera, no se puede leer y se omite. Se pierde cuando se guarde o se borre un ajuste.",
      "other":
        "{count} ajustes no se pueden leer y se omiten. Se pierden cuando se guarde o se borre un ajuste."
    }
  },
  "link": {
    "copy": "Copiar enlace",
    "copied": "Enlace copiado: abre este estudio con este modelo, esta semilla y estos mandos.",
    "by_hand": "El navegador no deja que esta página copie. Este es el enlace:",
    "field": "Enlace para copiar",
    "no_model":
      "El enlace pide el modelo «{model}», que no está aquí o solo crea clips: se queda el modelo elegido.",
    "seed":
      "El enlace pide la semilla «{found}», y una semilla es un número entero de 0 a {most:plain}: se queda la semilla anterior.",
    "range":
      "El enlace tiene {name} «{found}», y se esperaba un valor de {low:plain} a {high:plain}: el mando se queda como al principio.",
    "key":
      "El enlace tiene {name} «{found}», que no es una tonalidad como E o F#: el mando se queda en auto.",
    "unknown": "El enlace tiene «{name}», que esta página no conoce."
  },
  "compare": {
    "title": "Comparar a ciegas",
    "hint":
      "Dos clips de 10\u00a0s con los mandos como están, igual de fuertes, en un orden que se sortea.",
    "side_0": "Un lado",
    "side_1": "El otro lado",
    "snapshot": "Instantánea",
    "snapshot_of": "{title}, {at}",
    "make": "Crear los clips",
    "making": "Creando los clips…",
    "same":
      "Los dos lados son iguales: elija otro modelo, otra instantánea u otra semilla para uno de ellos.",
    "how": "Escuche los dos y después vote. Nada dice antes cuál es cuál.",
    "keys": "Teclas: 1 reproduce A, 2 reproduce B; ← vota por A, → por B, 0 si no hay diferencia.",
    "hear": "Reproducir {letter}",
    "better": "{letter} es mejor",
    "no_difference": "Sin diferencia",
    "side": "{model}, semilla {seed:plain}",
    "was": "A era {a}; B era {b}.",
    "preferred": "Usted prefirió {title}.",
    "undecided": "Usted no oyó diferencia.",
    "uncounted": "Solo se distinguen las semillas, así que este voto no se cuenta.",
    "again": "Dos más, con otras semillas",
    "tally": "Votos hasta ahora, guardados en este navegador",
    "votes": "{first}: {wins:whole} · {second}: {losses:whole} · sin diferencia: {ties:whole}.",
    "chance":
      "Si cada voto fuera lanzar una moneda, un resultado tan desigual como este o más saldría en el {chance:percentage} de los casos.",
    "no_preference": "Aún no hay preferencia.",
    "forget": "Olvidar",
    "forget_it": "Olvidar los votos sobre {first} y {second}",
    "forgotten": "Estos votos están olvidados.",
    "lost":
      "Hay votos guardados en este navegador que no se pueden leer y se omiten. Se pierden con el próximo voto."
  },
  "keys": {
    "title": "Atajos de teclado",
    "play": "Reproducir o pausa",
    "undo": "Deshacer un cambio de mandos, semilla o modelo",
    "redo": "Rehacerlo",
    "first": "Comparación a ciegas: reproducir A",
    "second": "Comparación a ciegas: reproducir B",
    "prefer_first": "Comparación a ciegas: A es mejor",
    "prefer_second": "Comparación a ciegas: B es mejor",
    "no_difference": "Comparación a ciegas: sin diferencia",
    "help": "Mostrar esta hoja",
    "turn": "Mover el mando que tiene el foco",
    "turn_whole": "Moverlo a uno de sus extremos",
    "ctrl_key": "Ctrl",
    "shift_key": "Mayús",
    "space_key": "Espacio",
    "home_key": "Inicio",
    "end_key": "Fin"
  },
  "prompt": {
    "title": "Empezar con",
    "nothing": "nada propio",
    "choose": "Una grabación…",
    "sending": "enviándose, {fraction:percent}",
    "second": "desde (s)",
    "none": "No empezar con nada propio",
    "noise_level": "Cuánto se varía el comienzo",
    "noise_level_low": "tal cual",
    "noise_level_high": "solo su estilo"
  },
  "shelf": {
    "title": "Estante",
    "empty":
      "Aún no hay nada guardado. Cuando algo le guste, guárdelo: sus últimos segundos quedan aquí, como un archivo que se puede descargar.",
    "clip": "{model}, semilla {seed:plain}",
    "loop": {
      "one": "{title}, {bpm:hundredths} ppm, {count} compás",
      "other": "{title}, {bpm:hundredths} ppm, {count} compases"
    },
    "part": "{title}, {begin:tenths}–{end:tenths} s",
    "keep_last": "Guardar los últimos",
    "keep_all": "Guardar",
    "keep_length": "Duración que se guarda, 10 min como mucho",
    "all": "todo",
    "kept_less": "Aún no habían sonado {length}.",
    "make_loop": "Hacer un bucle",
    "loop_text":
      "Compases enteros que se repiten sin costura, con el modelo, la semilla y los mandos de arriba. El tempo y la tonalidad pueden ser otros aquí.",
    "as_above": "como arriba",
    "bars": "Compases",
    "bars_limits": "Los compases son un número entero de 1 a 16.",
    "tempo": "Tempo (ppm)",
    "tempo_limits": "El tempo es un número de 40 a 320 pulsos por minuto, o nada.",
    "make": "Hacerlo",
    "making": "Haciéndose…",
    "added": "En el estante: {title}.",
    "drag":
      "Descargarlo, o arrastrarlo desde aquí a un programa de música (en Chrome, Edge y otros navegadores Chromium)",
    "rename": "Cambiar el título",
    "rename_it": "Cambiar el título de {title}",
    "new_title": "Nuevo título de {title}",
    "save": "Guardar",
    "cancel": "Cancelar",
    "favourite": "Favorito: los favoritos van primero",
    "favourite_it": "Favorito: {title}",
    "trim": "Recortar",
    "trim_it": "Recortar {title}",
    "waveform": "Forma de onda de {title}",
    "part_begin": "Desde (s)",
    "part_end": "Hasta (s)",
    "second": "segundo {text}",
    "length": "{text} s",
    "play_part": "Reproducir la parte",
    "keep_part": "Guardar la parte como clip",
    "picture": "Espectrograma de {title}",
    "player": "Reproducir {title}",
    "download_as": "Descargar {title} como {format}",
    "notes":
      "Buscar las notas del clip y descargarlas como MIDI, sin la batería. Tarda un poco, y algunas notas serán falsas.",
    "noting": "Buscando notas…",
    "begin": "Seguir desde aquí",
    "begin_it": "Empezar una pieza con {title}",
    "began": "empezó con {name}",
    "delete": "Borrar",
    "delete_it": "Borrar {title}",
    "deleted": "Borrado: {title}.",
    "undo": "Deshacer",
    "untouched": "todo a cargo de la semilla",
    "changed": {
      "one": "mandos cambiados una vez",
      "other": "mandos cambiados {count} veces"
    },
    "side_by_side": "Comparar con los pasajes reales más cercanos",
    "ours": "Este clip, segundo {second}",
    "theirs": "{recording}, segundo {second}",
    "semitones": {
      "one": "desplazado {count} semitono",
      "other": "desplazado {count} semitonos"
    },
    "percentile": "más cerca que el {percentile} % de la música reservada",
    "no_recording": "No se puede reproducir: las grabaciones no están aquí."
  },
  "grade": {
    "original": "original",
    "suspicious": "conviene escucharlo",
    "copied": "copiado",
    "waiting": "comparándose",
    "failed": "sin comparar"
  },
  "originality": {
    "original": {
      "by": "windows",
      "one":
        "No se encontró ninguna copia: su única ventana está tan lejos de la música de entrenamiento como la música reservada.",
      "other":
        "No se encontró ninguna copia: las {windows} ventanas están tan lejos de la música de entrenamiento como la música reservada."
    },
    "suspicious": {
      "by": "suspicious",
      "one":
        "Conviene escucharlo: {suspicious} de {windows} ventanas está más cerca de la música de entrenamiento que el 99 % de la música reservada, aunque ninguna por mucho; el segundo {at} se parece sobre todo al segundo {second} de {recording}.",
      "other":
        "Conviene escucharlo: {suspicious} de {windows} ventanas están más cerca de la música de entrenamiento que el 99 % de la música reservada, aunque ninguna por mucho; el segundo {at} se parece sobre todo al segundo {second} de {recording}."
    },
    "copied": {
      "by": "suspicious",
      "one":
        "Copiado: {suspicious} de {windows} ventanas está más cerca de la música de entrenamiento que la música reservada; el segundo {at} se parece sobre todo al segundo {second} de {recording}.",
      "other":
        "Copiado: {suspicious} de {windows} ventanas están más cerca de la música de entrenamiento que la música reservada; el segundo {at} se parece sobre todo al segundo {second} de {recording}."
    },
    "waiting": "Se está comparando con las grabaciones.",
    "no_recordings":
      "Sin comparar: las grabaciones con las que se entrenó este modelo no están a mano.",
    "too_short": "Sin comparar: un clip debe durar {seconds} s o más.",
    "failed": "Sin comparar: {reason}"
  },
  "melody": {
    "original": {
      "by": "windows",
      "one": "No se encontró ninguna melodía copiada en {windows} ventana de 10\u00a0s.",
      "other": "No se encontró ninguna melodía copiada en {windows} ventanas de 10\u00a0s."
    },
    "suspicious": {
      "by": "suspicious",
      "one":
        "Conviene escuchar la melodía: {suspicious} de {windows} ventanas de 10\u00a0s está más cerca de una melodía de entrenamiento que el 99 % de la música reservada, aunque ninguna por mucho; el segundo {at} se parece sobre todo al segundo {second} de {recording}.",
      "other":
        "Conviene escuchar la melodía: {suspicious} de {windows} ventanas de 10\u00a0s están más cerca de una melodía de entrenamiento que el 99 % de la música reservada, aunque ninguna por mucho; el segundo {at} se parece sobre todo al segundo {second} de {recording}."
    },
    "copied": {
      "by": "suspicious",
      "one":
        "Melodía copiada: {suspicious} de {windows} ventanas de 10\u00a0s está más cerca de una melodía de entrenamiento que la música reservada; el segundo {at} se parece sobre todo al segundo {second} de {recording}.",
      "other":
        "Melodía copiada: {suspicious} de {windows} ventanas de 10\u00a0s están más cerca de una melodía de entrenamiento que la música reservada; el segundo {at} se parece sobre todo al segundo {second} de {recording}."
    },
    "unjudged": {
      "one": "Otra ventana tiene demasiado pocas notas para juzgarla.",
      "other": "Otras {count} ventanas tienen demasiado pocas notas para juzgarlas."
    },
    "short_clip": "Melodías sin comparar: para eso, un clip debe durar {needed} s o más.",
    "too_few_notes":
      "Melodías sin comparar: ninguna ventana de {seconds} s del clip tiene notas suficientes.",
    "few_held_out_notes":
      "Melodías sin comparar: la música reservada tiene notas suficientes en {windows} de las {needed} ventanas de {seconds} s que hacen falta."
  },
  "train": {
    "title": "Entrenar",
    "new": "Un modelo nuevo con sus grabaciones",
    "new_text":
      "Media hora de música de un mismo tipo es un buen comienzo; todo se queda en este ordenador.",
    "drop": "Suelte aquí grabaciones o una carpeta",
    "browse": "o elija archivos",
    "pick": "Elegir grabaciones",
    "uploading": {
      "one": "Enviando un archivo: {fraction:percent}",
      "other": "Enviando {count} archivos: {fraction:percent}"
    },
    "folder": "Una carpeta de este ordenador",
    "folder_example": "~/Música/banda",
    "look": "Examinarla",
    "look_demo": "Examinarlas",
    "demo": "Las canciones de muestra",
    "demo_text": "Cuatro canciones de metal con licencia libre, para probar.",
    "looking": "Examinando las grabaciones…",
    "refused": "No se aceptaron ({count})",
    "found": "Lo que se encontró",
    "usable": {
      "one": "grabación utilizable",
      "other": "grabaciones utilizables"
    },
    "minutes": "minutos de música",
    "skipped": {
      "one": "omitida",
      "other": "omitidas"
    },
    "joined": {
      "one": "clips cortos, que se unen en una grabación",
      "other": "clips cortos, que se unen en {count} grabaciones"
    },
    "too_short": "en archivos demasiado cortos, incluso unidos: añada más",
    "warned": "con observaciones",
    "estimate": "para un entrenamiento completo aquí",
    "preparation": "de ello antes del primer paso",
    "times":
      "Unos {preparation:duration} de preparación y después {steps:duration} de pasos de entrenamiento.",
    "times_longer":
      "La preparación dura unos {preparation:duration}, que dejan demasiado poco de estos minutos: los pasos de entrenamiento tienen {steps:duration} de todos modos, así que el entrenamiento dura unos {total:duration}.",
    "skipped_files": "Archivos omitidos y por qué ({count})",
    "warned_files": "Archivos con observaciones ({count})",
    "recording": "grabación",
    "reason": "motivo",
    "remark": "observación",
    "minutes_of": "minutos",
    "hold_out": "reservar",
    "held_out":
      "Reservadas, fuera del entrenamiento: {count} de {total} ({minutes:tenths} de {all:tenths} minutos)",
    "held_out_end":
      "Reservado, fuera del entrenamiento: el final de {path}, desde {from:clock} ({minutes:tenths} minutos)",
    "held_out_text":
      "El entrenamiento no usa las grabaciones marcadas aquí. Las puntuaciones comparan con ellas, y así dicen cuánto se acerca el modelo a música que no ha visto. Se marca más o menos una décima parte de la música. Las grabaciones que comparten música se marcan juntas.",
    "held_out_end_text":
      "Hay muy pocas grabaciones de duración parecida para reservar una entera, así que se corta la más larga: el entrenamiento usa su comienzo, y las puntuaciones comparan con su final. Las dos partes se parecen más que dos grabaciones, así que las puntuaciones salen mejores que con más grabaciones. Marque grabaciones para reservarlas enteras.",
    "held_out_none":
      "No se reserva nada: el entrenamiento lo usa todo, y no se podrá medir ninguna puntuación.",
    "held_out_all": "Todo está reservado: no queda nada con lo que entrenar.",
    "use_all": "No reservar ninguna",
    "hear": "Reproducir {path}",
    "cannot_hear":
      "Este navegador no puede reproducir {path}; el entrenamiento puede usarlo de todos modos.",
    "name": "Nombre del modelo",
    "name_hint": "Letras, cifras, - y _",
    "time": "Minutos de entrenamiento",
    "time_hint": "Con la preparación. Vacío: hasta que termine",
    "credit": "De quién es la música",
    "credit_hint":
      "Quién la hizo y con qué licencia. El informe y los archivos de cada clip lo nombran. Puede quedar vacío.",
    "start": "Empezar a entrenar",
    "starting": "Empezando…",
    "started": "El entrenamiento {name} ha empezado."
  },
  "field": {
    "name":
      "Un nombre empieza por una letra o una cifra y solo tiene letras, cifras, - y _, 64 como mucho.",
    "minutes": "Los minutos son un número de 0,1 a 10080, o nada.",
    "more_minutes": "Los minutos son un número de 0,1 a 10080."
  },
  "material": {
    "enough": "es material suficiente",
    "few_recordings":
      "son minutos suficientes, pero pocas grabaciones: el modelo solo conocerá estas",
    "little": "es poco: se entrenará, con poca variedad; mejor de 15 a 60 minutos",
    "very_little": "es muy poco: cabe esperar copias o un colapso; mejor 15 minutos o más",
    "too_little": "no basta: es menos de un minuto de audio; hacen falta al menos 5 minutos"
  },
  "recording": {
    "not_audio": "no es un archivo de audio ({ending})",
    "no_ending": "no es un archivo de audio (sin extensión)",
    "unreadable_folder": "la carpeta no se puede leer",
    "not_a_file": "no es un archivo normal",
    "empty_file": "el archivo está vacío (0 bytes)",
    "cannot_open": "no se puede abrir ({cause})",
    "cannot_decode": "no se puede leer como audio ({cause})",
    "implausible_header": "cabecera inverosímil ({channels} canales a {sample_rate} Hz)",
    "extra_needed": "{ending} necesita el complemento para AAC, M4A y vídeo: instale riffsmith[av]",
    "only_tags": "contiene etiquetas (título, imagen) y ningún audio",
    "no_audio_track": "no tiene pista de audio",
    "decoding_stopped": "la decodificación se detuvo ({cause})",
    "not_numbers": "contiene muestras que no son números (NaN o infinitas), la primera en {first}",
    "above_full_scale":
      "contiene muestras {factor} veces por encima del máximo: el archivo está dañado",
    "too_long": "dura más de {hours} horas: divídalo en partes",
    "no_samples": "no contiene muestras",
    "silent": "en silencio (su pico queda por debajo de {limit_db:whole} dB de la escala)",
    "too_short":
      "demasiado corto: {seconds:tenths} s, un fragmento necesita al menos {needed:tenths} s",
    "duplicate": "el mismo audio que {path}",
    "same_music": "la misma música que {path}, en otro archivo",
    "excerpt": "un fragmento de {path}, a partir de su segundo {start:whole}",
    "shared_music":
      "{seconds:whole} s de su música están también en {path}: ambos quedan en la misma parte",
    "flawed_clips": {
      "by": "clips",
      "one": "{clips} clip suyo con defectos, que el examen de la carpeta nombra",
      "other": "{clips} clips suyos con defectos, que el examen de la carpeta nombra"
    },
    "damaged": "dañado: la decodificación se detuvo ({cause}) después de {seconds:tenths} s",
    "cut_off": "truncado: el archivo se corta después de {seconds:tenths} s",
    "truncated": "truncado: se pueden leer {seconds:tenths} s de {expected:tenths} s",
    "partial":
      "acortado: el archivo contiene más que los {seconds:tenths} s que se leyeron; instale riffsmith[av] para leerlo entero",
    "clipped": "recortado: {fraction:percentage} de las muestras están al máximo",
    "antiphase":
      "canales en contrafase (en mono queda el {fraction:percentage} de su potencia): el segundo se invierte",
    "dead_channel":
      "el canal {channel} (1 es el izquierdo, 2 el derecho) está en silencio: se llena con el otro",
    "mostly_silent":
      "la mayor parte es silencio (el {fraction:percentage} queda por debajo de {limit_db:whole} dB de la escala): recorte el silencio",
    "dc_offset":
      "desplazamiento de continua del {fraction:percentage} de la escala: quítelo con un filtro de paso alto a 20 Hz",
    "dc_removed":
      "desplazamiento de continua del {fraction:percentage} de la escala: un filtro de paso alto a 20 Hz lo quita",
    "long_silence": "{seconds:tenths} s están en silencios largos, que se dejan fuera",
    "quiet": "muy bajo ({loudness_lufs:tenths} LUFS): se sube",
    "band_limited":
      "nada por encima de {limit_khz} kHz, aunque a {sample_rate} Hz cabría: use una copia mejor",
    "generated":
      "hecho por Riffsmith, según sus etiquetas: quítelo, o la música se aprende de sí misma",
    "other": "{text}"
  },
  "uploads": {
    "title": {
      "one": "Grabaciones enviadas que se conservan: un envío ({megabytes} MB)",
      "other": "Grabaciones enviadas que se conservan: {count} envíos ({megabytes} MB)"
    },
    "files": {
      "one": "Un archivo ({megabytes} MB)",
      "other": "{count} archivos ({megabytes} MB)"
    },
    "used": "Último uso: {date}.",
    "needed": "Entrenado con ellas: {names}.",
    "until": "Se borra una semana después de su último uso.",
    "delete": "Borrar",
    "delete_it": "Borrar: {what}",
    "delete_sure": "¿Borrar {what}? Los modelos que se entrenaron con ellas se quedan.",
    "deleted": "Borrado: {what}."
  },
  "runs": {
    "title": "Entrenamientos",
    "empty": "Aún no hay ningún entrenamiento. Dele música al estudio aquí arriba.",
    "distance": "Distancia a lo real",
    "distance_hint":
      "1 = tan cerca de la música reservada como las grabaciones de entrenamiento. Cuanto menor, mejor.",
    "unmeasured": "aún sin medir",
    "in_report": "en el informe",
    "no_scores": "nada reservado",
    "held_out": "reservado: {names} ({minutes:tenths} minutos)",
    "held_out_end": "reservado: {names} desde {from:clock} ({minutes:tenths} minutos)",
    "held_out_none": "no hay nada reservado, así que no se puede medir ninguna puntuación",
    "open": "Mostrar el entrenamiento {name}",
    "running": "en marcha",
    "stopped": "detenido",
    "finished": "terminado",
    "failed": "fallido",
    "progress": "Progreso de {name}",
    "step": "paso {step}",
    "step_of": "paso {step} de {steps}",
    "epoch": "época {epoch}",
    "left": "quedan {seconds:duration}",
    "stage_left": "quedan {seconds:duration} de esta etapa",
    "best": "lo mejor: {snapshot}",
    "stop": "Detener",
    "stopping": "Deteniendo…",
    "resume": "Seguir",
    "resuming": "Siguiendo…",
    "more_minutes": "Minutos que {name} debe seguir entrenando",
    "minutes_more": "minutos más",
    "rename": "Cambiar el nombre",
    "new_name": "Nuevo nombre de {name}",
    "delete": "Borrar",
    "delete_sure":
      "¿Borrar el entrenamiento {name}, con su modelo y todas sus instantáneas? No se puede deshacer.",
    "deleting": "Borrando…",
    "deleted": "El entrenamiento {name} se ha borrado.",
    "listen": "Escucharlo",
    "evaluate": "Evaluarlo",
    "losses": "Pérdidas",
    "losses_unit": "pérdida",
    "distances": "Distancia a lo real",
    "distances_unit": "veces la del entrenamiento",
    "generator": "generador",
    "discriminator": "discriminador",
    "generated": "generado",
    "as_real": "como lo real",
    "steps": "paso",
    "too_early": "La curva empieza con la segunda medida.",
    "too_short": "Este entrenamiento fue demasiado corto para una curva: hacen falta dos medidas.",
    "alt": "{title}. {series}",
    "alt_one": "{name}: de {first} a {last}, entre {low} y {high}.",
    "evolution": "Evolución",
    "evolution_text": "El mismo ruido en cada instantánea: oiga cómo aprende.",
    "no_previews": "La primera muestra llega pronto.",
    "no_previews_ended": "Este entrenamiento acabó antes de su primera muestra.",
    "preview_best": "lo mejor hasta ahí",
    "preview_picture": "Espectrograma de: {snapshot}",
    "preview_player": "Reproducir la muestra de: {snapshot}",
    "all_previews": "Mostrar las {count}",
    "rolled_back": "se vuelve al paso {step}",
    "events": "Sucesos",
    "no_events": "La supervisión no ha señalado nada."
  },
  "stage": {
    "recordings": "Preparando las grabaciones",
    "features": "Midiendo las grabaciones",
    "codec": "Aprendiendo el sonido: ajustando el códec",
    "notes": "Aprendiendo las notas",
    "training": "Aprendiendo la música"
  },
  "snapshot": {
    "epoch": "época {number}",
    "step": "paso {number}"
  },
  "job": {
    "failed": "{reason}",
    "interrupted":
      "terminó sin ningún mensaje, como cuando se apaga el ordenador; se puede reanudar",
    "outcome_damaged":
      "su archivo outcome.json está dañado y no se sabe cómo terminó; se puede reanudar"
  },
  "event_kind": {
    "best": "lo mejor hasta ahí",
    "rollback": "retroceso",
    "overfitting": "sobreajuste",
    "stop": "parada"
  },
  "event": {
    "nearest":
      "{at}: lo más cercano a la música real hasta ahora, distancia {distance} (1 es tan cerca como las grabaciones de entrenamiento)",
    "healthy": "{at}: sano; aún no se mide ninguna distancia a la música real",
    "overfitting":
      "el discriminador ha memorizado sus ejemplos de entrenamiento: sus valores para la música reservada están a {gap} del camino hacia los de la música generada; ayudarían más grabaciones",
    "collapse":
      "las muestras se han vuelto parecidas: desde el paso {since_step} difieren menos de {limit} de lo que difieren los ejemplos reales (ahora {diversity})",
    "not_finite": "hay valores que ya no son finitos en el paso {step}: {names}",
    "loss_not_finite": "las pérdidas ya no son finitas en el paso {step}",
    "runaway":
      "los gradientes o la salida han crecido sin límite desde el paso {since_step}: gradientes {generator_gradient} (generador) y {discriminator_gradient} (discriminador), desviación típica {deviation} veces la de los ejemplos reales",
    "plateau": {
      "one":
        "en la última medida ninguna instantánea se ha acercado más a la música real que la mejor ({at}, distancia {distance})",
      "other":
        "en las últimas {count} medidas ninguna instantánea se ha acercado más a la música real que la mejor ({at}, distancia {distance})"
    }
  },
  "evaluate": {
    "title": "Evaluar",
    "empty_train": "Entrenar un modelo",
    "run": "Entrenamiento",
    "writing": "Se está escribiendo el informe: puede tardar un minuto.",
    "empty": "El informe de un entrenamiento aparece aquí en cuanto tiene su primera instantánea.",
    "frame": "Informe de {name}",
    "open": "Abrir en su propia pestaña",
    "not_measurable":
      "En este entrenamiento no se reservó nada, así que no se puede medir ninguna puntuación: se compara con música que el modelo no ha visto. Entrene de nuevo y reserve grabaciones.",
    "measure": "Medirlo",
    "measuring": "Midiéndose: unos minutos…",
    "measured":
      "{name} está medido: el informe dice cuánto se acerca a la música real, cuánto varía y si copia.",
    "again": "Actualizar"
  },
  "time": {
    "hours": "{hours} h {minutes} min",
    "minutes": "{minutes} min",
    "seconds": "{seconds:whole} s"
  },
  "problem": {
    "foreign_host": "el nombre «{host}» no es el de este estudio: ábralo por el suyo",
    "foreign_site": "lo pidió la página de otro sitio: abra el estudio mismo",
    "token_needed": "este estudio pide su clave: abra la dirección que mostró al empezar",
    "token_wrong": "esta no es la clave de este estudio: abra la dirección que mostró al empezar",
    "body_too_large":
      "se envió más de lo que se acepta aquí (como mucho {megabytes} MB): envíe menos de una vez",
    "body_too_slow": "la petición no llegó a tiempo: envíela de nuevo",
    "too_many_connections":
      "hay {most} conexiones desde esta dirección, que es el máximo: cierre algunas páginas o inténtelo de nuevo en un minuto",
    "no_route": "no hay nada en {path}",
    "no_method": "{method} no es posible aquí",
    "no_page_file": "la página no tiene ningún archivo «{file}»",
    "invalid_request": "{parts}",
    "no_model": "no hay ningún modelo «{model}»: quizá se haya quitado",
    "no_snapshot": "{model} aún no tiene ninguna instantánea: espere a la primera",
    "snapshot_gone": "{model} no tiene la instantánea {number}: elija otra",
    "clips_only":
      "el modelo {model} es del tipo {preset} y solo da clips: las piezas sin fin necesitan uno del tipo latent",
    "no_player": "la pieza {player} se cerró, o no se usó durante {minutes} minutos; empiece otra",
    "too_many_players":
      "suenan {most} piezas, que es el máximo: cierre una, o inténtelo de nuevo en un minuto",
    "too_far_ahead":
      "la muestra {sample} está a más de {seconds} s de lo que ha sonado ({played}): cambie los mandos cuando esté cerca",
    "forgotten":
      "la muestra {sample} sonó hace demasiado: esta pieza se recuerda desde el segundo {second:whole}",
    "too_much_at_once": "{count} muestras son más de {seconds} s: pida {most} como mucho",
    "prompt_too_short":
      "{name}: quedan {seconds:tenths} s desde el segundo {second}, y para empezar hacen falta al menos {least}: empiece antes",
    "too_many_pulls":
      "hay {most} peticiones de muestras de esta pieza en espera, el máximo: espere las respuestas",
    "too_many_clips":
      "hay {most} clips en espera, el máximo: inténtelo de nuevo dentro de un minuto",
    "closing": "el estudio se está cerrando",
    "listener_left": "quien escuchaba se fue antes de que esto estuviera hecho",
    "no_clip": "no hay ningún clip {clip}: quizá se haya borrado",
    "clip_damaged": "el clip {clip} no se puede leer: bórrelo",
    "clip_too_short":
      "un clip dura un segundo o más, y solo hay {seconds} s antes de la muestra {sample}: siga escuchando",
    "no_loops":
      "el modelo {model} es del tipo {preset} y no tiene reloj de pulsos: los bucles necesitan uno del tipo latent",
    "part_outside":
      "la parte termina en la muestra {end}, y el clip tiene {samples}: elija una parte dentro del clip",
    "part_too_short":
      "una parte dura un segundo o más, y esta tiene {seconds} s: elija una más larga",
    "no_match": "este clip no tiene ninguna coincidencia {number}",
    "upload_too_large": "se aceptan como mucho {gigabytes} GB de una vez: envíe menos archivos",
    "too_many_parts": "se envían como mucho {most} archivos de una vez: envíe menos archivos",
    "too_many_uploads":
      "se están recibiendo {most} envíos, que es el máximo: inténtelo de nuevo en un minuto",
    "no_form": "esto no es un formulario con archivos: envíe archivos",
    "upload_in_use":
      "el entrenamiento {name} necesita este envío hasta que termine: borre antes el entrenamiento",
    "nothing_usable": "ninguno de estos archivos sirve ({parts}): envíe grabaciones",
    "no_upload": "no hay ningún {source}: envíe los archivos de nuevo",
    "no_recording": "no hay ninguna grabación «{path}» en lo que se examinó",
    "no_folder": "no hay ninguna carpeta «{folder}» en este ordenador: revise la ruta",
    "relative_folder":
      "la carpeta debe ser una ruta completa que empiece por / o ~, y es «{folder}»: escríbala entera",
    "folder_empty": "la carpeta «{folder}» está vacía: ponga grabaciones en ella",
    "folder_without_audio":
      "no hay audio en la carpeta «{folder}»: escriba la carpeta que contiene las grabaciones",
    "folder_of_genres":
      "la carpeta «{folder}» tiene una carpeta para cada género ({genres}): escriba una de ellas, porque un modelo aprende música de un solo tipo",
    "folder_outside":
      "este estudio no lee la carpeta {folder}: lee las carpetas que nombra `riffsmith studio --music CARPETA`, o su carpeta personal si no nombra ninguna",
    "folder_too_large":
      "esta carpeta contiene más de {most} archivos y carpetas: elija la de las grabaciones",
    "folder_too_deep": "hay más de {most} carpetas una dentro de otra: elija la de las grabaciones",
    "folder_too_much":
      "esta carpeta contiene más de {gigabytes} GB de grabaciones: elija una más pequeña",
    "too_many_surveys":
      "se están revisando {most} carpetas, que es el máximo: inténtelo de nuevo en un minuto",
    "folders_refused":
      "las carpetas de este ordenador solo se pueden nombrar cuando el estudio atiende a este ordenador y a ningún otro: envíe las grabaciones",
    "no_job": "no hay ningún entrenamiento «{name}»: quizá se haya quitado",
    "run_exists": "ya hay un entrenamiento «{name}»: elija otro nombre",
    "other_job_runs":
      "el entrenamiento {name} está en marcha, y este ordenador entrena {most} a la vez: deténgalo antes, o espere",
    "job_runs": "el entrenamiento {name} está en marcha: solo puede seguir uno detenido",
    "job_finished":
      "el entrenamiento {name} ha terminado: indica cuántos minutos más debe entrenar",
    "job_not_finished":
      "el entrenamiento {name} no ha terminado: déjalo seguir primero hasta su final, sin minutos",
    "job_ended_by_monitor":
      "el monitor terminó el entrenamiento {name} y lo volvería a terminar: empieza uno nuevo",
    "no_step_times":
      "no se midió ningún paso del entrenamiento {name} y no se pueden planear sus minutos: empieza uno nuevo",
    "job_not_running": "el entrenamiento {name} no está en marcha: no hay nada que detener",
    "job_in_use":
      "el entrenamiento {name} está en marcha o se está midiendo: deténgalo o espere, e inténtelo de nuevo",
    "no_preview": "el entrenamiento {name} no tiene ninguna muestra {number}",
    "nothing_to_show": "el entrenamiento {name} aún no tiene nada que mostrar: espere un poco",
    "command_too_slow":
      "esto tardó más de {minutes} min y se interrumpió: pruebe con menos de una vez",
    "answer_too_large": "la respuesta ocupa más de {megabytes} MB: inténtelo con menos a la vez",
    "command_ended": "la orden terminó sin ningún mensaje: inténtelo de nuevo",
    "command_failed": "no se pudo hacer: {reason}",
    "unknown_key":
      "este modelo no guarda notas y no se puede saber su tonalidad: deja la tonalidad en auto y transpórtalo, o elige un modelo con latentes tonales",
    "model_unusable": "el modelo no se puede usar: {reason}",
    "corpus_unusable": "las grabaciones no se pueden usar: {reason}",
    "audio_unusable": "el audio no se puede usar: {reason}",
    "run_unusable": "el entrenamiento no se puede usar: {reason}",
    "other": "no se pudo hacer: {reason}",
    "http": "no se pudo hacer: {reason}",
    "fault": "fallo inesperado ({kind}): el registro del estudio dice más"
  },
  "part": {
    "missing": "falta un valor",
    "unknown": "no existe ese campo",
    "pattern": "no tiene la forma correcta",
    "above": "debe ser mayor que {limit}",
    "from": "debe ser {limit} o más",
    "below": "debe ser menor que {limit}",
    "up_to": "debe ser {limit} o menos",
    "choice": "debe ser una de estas opciones: {choices}",
    "not_json": "no es JSON",
    "invalid": "{reason}",
    "not_audio": "no es un archivo de audio ({ending})",
    "no_ending": "no es un archivo de audio (sin extensión)",
    "too_large": "mayor de {megabytes} MB: divídalo en partes",
    "empty": "vacío",
    "too_many": "se aceptan como mucho {most} archivos de una vez: envíelo con los siguientes",
    "of_system": "un archivo propio del gestor de archivos, sin música",
    "bad_name": "no sirve como nombre de archivo: cámbielo"
  }
};
