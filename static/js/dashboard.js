import "./elements/coming-test.js"
import "./elements/connection-strip.js"
import "./elements/module-progress.js"
import "./elements/study-dashboard.js"
