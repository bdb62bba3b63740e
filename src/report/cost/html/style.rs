//! The style of the page. Text and lines have a contrast of 4.5 to 1 and more against what they stand on.

/// Light unless the reader's system is dark; black on white in print.
pub const CSS: &str = ":root{--bg:#fff;--ink:#1b1f24;--soft:#4a5058;--grid:#c4c9d0;--line:#c4c9d0;--bad:#a40e26;--good:#116329;\
--box:#f3f5f7;--mark:#5b3a00;--c1:#0550ae;--c2:#953800;--c3:#116329;--c4:#6639ba;--c5:#99286e;--c6:#4d4d00}\
@media(prefers-color-scheme:dark){:root{--bg:#14171b;--ink:#e8eaed;--soft:#b6bcc4;--grid:#3d444d;--line:#4a525c;--bad:#ff9492;\
--good:#6fdd8b;--box:#1e2329;--mark:#f0c674;--c1:#79b8ff;--c2:#ffab70;--c3:#7ee787;--c4:#d2a8ff;--c5:#ff9bce;--c6:#e3e36b}}\
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,sans-serif}\
main{max-width:1120px;margin:0 auto;padding:16px}h1{font-size:1.6rem;margin:.3em 0}h2{font-size:1.25rem;margin:1.4em 0 .4em;\
border-top:1px solid var(--line);padding-top:.7em}h3{font-size:1rem;margin:1.1em 0 .3em}.answer{font-size:1.2rem}\
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92rem}th,td{padding:.25em .6em .25em 0;text-align:left;\
vertical-align:top;border-bottom:1px solid var(--line)}th{color:var(--soft);font-weight:600}td.n,th.n{text-align:right;\
font-variant-numeric:tabular-nums;white-space:nowrap}tr.sum td{font-weight:700;border-top:2px solid var(--ink)}\
.bad td,.bad{color:var(--bad)}.tag{font-size:.8rem;font-weight:600;border:1px solid var(--line);border-radius:4px;padding:.1em .4em}\
code{background:var(--box);padding:.1em .25em;overflow-wrap:anywhere}summary{cursor:pointer;color:var(--soft)}details{margin:.5em 0}\
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,460px),1fr));gap:8px 28px}figure{margin:0}\
.chart{width:100%;height:auto;display:block}figcaption{font-size:.85rem;color:var(--soft)}.key{white-space:nowrap;margin-right:.8em}\
.s1{color:var(--c1)}.s2{color:var(--c2)}.s3{color:var(--c3)}.s4{color:var(--c4)}.s5{color:var(--c5)}.s6{color:var(--c6)}\
.bar{position:relative;height:1.1em;min-width:120px;background:var(--box)}.bar i{position:absolute;top:0;bottom:0;background:var(--c1)}\
.bar i.up{background:var(--bad)}.bar i.down{background:var(--good)}.bar b{position:absolute;top:-2px;bottom:-2px;width:2px;\
background:var(--ink)}footer{margin-top:2em;color:var(--soft);font-size:.9rem;border-top:1px solid var(--line)}\
@media screen and (max-width:600px){body{font-size:15px}main{padding:10px}.bar{min-width:60px}.w{display:none}\
th,td{padding-right:.4em}}\
@media print{:root{--bg:#fff;--ink:#000;--soft:#333;--grid:#bbb;--line:#999;--bad:#900;--good:#050;--box:#eee;--mark:#333;--c1:#0550ae;\
--c2:#953800;--c3:#116329;--c4:#6639ba;--c5:#99286e;--c6:#4d4d00}*{print-color-adjust:exact}main{max-width:none;padding:0}\
.charts{grid-template-columns:1fr 1fr}figure,tr{break-inside:avoid-page}h2,h3{break-after:avoid-page}details::details-content{content-visibility:visible;block-size:auto}}";
