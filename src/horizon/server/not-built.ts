/** Shown when the dashboard's files are missing, so that nobody looks at an empty page. */
export const notBuiltPage = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Cumulet</title></head>
<body>
<h1>The dashboard has not been built yet</h1>
<p>The cloud itself is running. To see the dashboard, run this once and load the page again:</p>
<pre>npm run build:web</pre>
<p>仪表盘尚未构建。云服务已在运行；请执行一次上面的命令，然后刷新本页。</p>
</body>
</html>
`;
