/** A picture of a street as SVG, with people who walk by the clock: what the mock serves as a camera's snapshot. */

function person(x, y, size, phase, coat) {
  const step = Math.sin(phase) * size * 0.18;
  return `<g transform="translate(${x} ${y})" stroke-linecap="round">
    <ellipse cx="0" cy="${size * 0.5}" rx="${size * 0.28}" ry="${size * 0.06}" fill="#000" opacity="0.3"/>
    <path d="M0 0L${step} ${size * 0.5}M0 0L${-step} ${size * 0.5}" stroke="#23262c" stroke-width="${size * 0.11}"/>
    <path d="M0 ${-size * 0.38}V0" stroke="${coat}" stroke-width="${size * 0.24}"/>
    <path d="M0 ${-size * 0.36}L${-step} ${-size * 0.02}" stroke="${coat}" stroke-width="${size * 0.08}"/>
    <circle cx="0" cy="${-size * 0.58}" r="${size * 0.1}" fill="#c69a7b"/></g>`;
}

function windows(x, y, columns, rows, lit) {
  let out = '';
  for (let i = 0; i < columns; i += 1)
    for (let j = 0; j < rows; j += 1)
      out += `<rect x="${x + i * 34}" y="${y + j * 40}" width="18" height="24" fill="${(i * 7 + j * 3 + lit) % 5 === 0 ? '#f2c572' : '#3b4654'}"/>`;
  return out;
}

export function scene(camera, now) {
  const night = camera.id === 'cam-0003';
  const t = now / 1000;
  const x = ((t * 46) % 1100) - 70;
  const car = 1100 - ((t * 150) % 1500);
  const sky = night ? ['#0a0f1c', '#141b2b'] : ['#9db4c8', '#c8d3da'];
  const wall = night ? ['#161c27', '#1c2430', '#121822'] : ['#8c8578', '#a39a8a', '#7b7f86'];
  const clock = new Date(now).toLocaleString('sv-SE');
  const smoke =
    camera.id === 'cam-0002'
      ? Array.from({ length: 9 }, (_, i) => {
          const up = (t * 26 + i * 40) % 330;
          return `<circle cx="${640 + Math.sin(t / 2 + i) * 34 + up * 0.3}" cy="${390 - up}" r="${24 + up * 0.26}" fill="#4b4b4b" opacity="${Math.max(0, 0.42 - up / 900)}"/>`;
        }).join('')
      : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 540" width="960" height="540">
    <defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="${sky[0]}"/><stop offset="1" stop-color="${sky[1]}"/></linearGradient>
    <linearGradient id="r" x2="0" y2="1"><stop stop-color="${night ? '#1b1f26' : '#5b6067'}"/><stop offset="1" stop-color="${night ? '#0f1216' : '#44484e'}"/></linearGradient></defs>
    <rect width="960" height="540" fill="url(#s)"/>
    <rect x="0" y="60" width="250" height="270" fill="${wall[0]}"/>${windows(22, 84, 6, 5, night ? 0 : 9)}
    <rect x="270" y="110" width="300" height="220" fill="${wall[1]}"/>${windows(292, 130, 8, 4, night ? 1 : 7)}
    <rect x="600" y="40" width="360" height="290" fill="${wall[2]}"/>${windows(622, 70, 10, 6, night ? 2 : 8)}
    <rect y="322" width="960" height="44" fill="${night ? '#2a2f37' : '#b2aca0'}"/>
    <path d="M0 366H960V540H0z" fill="url(#r)"/>
    ${[0, 1, 2, 3, 4, 5, 6].map((i) => `<path d="M${60 + i * 150} 448h70l6 10h-78z" fill="#d8d6cd" opacity="0.55"/>`).join('')}
    ${smoke}
    <g transform="translate(${car} 420)"><rect width="190" height="46" rx="12" fill="#7a2f2b"/><path d="M34 2 58-30H132L158 2z" fill="#5f2522"/><path d="M62-24H92V0H48zM98-24H128L148 0H98z" fill="#a9bfce"/><circle cx="40" cy="46" r="17" fill="#15171a"/><circle cx="150" cy="46" r="17" fill="#15171a"/>${night ? '<path d="M0 22L-210 70V-4z" fill="#fff3c4" opacity="0.3"/>' : ''}</g>
    ${person(x, 372, 110, t * 6, '#31577d')}
    ${person(960 - ((t * 37) % 1100), 360, 96, t * 5 + 1, '#7d6a31')}
    <rect x="12" y="12" width="330" height="26" fill="#000" opacity="0.45"/>
    <text x="20" y="31" font-family="DejaVu Sans Mono, monospace" font-size="18" fill="#fff">${clock}</text>
    <text x="940" y="522" text-anchor="end" font-family="DejaVu Sans Mono, Noto Sans CJK SC, monospace" font-size="20" fill="#fff">${camera.id}</text>
  </svg>`;
}
